using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>A random small network with its input's shape: any operator after any other that fits, values read several times, dead ends.</summary>
public sealed class RandomGraphs
{
    private const int MaxElements = 1 << 15;
    private const int MaxWeights = 1 << 17;
    private static readonly int[] ChannelCounts = [1, 2, 3, 5, 8, 9, 16, 17, 32, 33, 48, 130];

    private readonly Random _random;
    private readonly GraphBuilder _graph;
    private readonly List<(LayerNode Node, TensorShape Shape)> _values = [];

    private RandomGraphs(int seed)
    {
        _random = new Random(seed);
        InputShape = new TensorShape(1 + _random.Next(3), Pick(ChannelCounts), 1 + _random.Next(14), 1 + _random.Next(14));
        _graph = new GraphBuilder(InputShape.Channels);
        _values.Add((_graph.Input, InputShape));
    }

    private TensorShape InputShape { get; }

    /// <summary>The same seed gives the same graph on every machine.</summary>
    public static (LayerGraph Graph, TensorShape InputShape) Create(int seed)
    {
        RandomGraphs random = new(seed);
        int layers = 1 + random._random.Next(10);
        while (random._values.Count <= layers)
        {
            random.TryAdd();
        }

        return (random._graph.Build(), random.InputShape);
    }

    private void TryAdd()
    {
        // The newest value is read most often, so that chains grow which the planner can fuse.
        (LayerNode node, TensorShape shape) = _random.Next(3) > 0 ? _values[^1] : Pick(_values);
        LayerOp op = shape.Rank == 2 ? VectorOp(shape) : ImageOp(shape);
        LayerNode? second = op is Add ? Pick([.. _values.Where(v => v.Shape == shape)]).Node : null;
        TensorShape result;
        try
        {
            result = op.InferShape(second is null ? [shape] : [shape, shape]);
        }
        catch (ShapeException)
        {
            return;
        }

        if (result.ElementCount <= MaxElements && op.Parameters.All(p => p.Shape.ElementCount <= MaxWeights))
        {
            _values.Add((_graph.Add($"n{_values.Count}", op, node, second), result));
        }
    }

    private LayerOp VectorOp(TensorShape shape) => _random.Next(3) switch
    {
        0 => new Linear(shape.Channels, Pick(ChannelCounts), Flip()),
        1 => new ReLU(),
        _ => new Add(),
    };

    private LayerOp ImageOp(TensorShape shape) => _random.Next(16) switch
    {
        < 7 => Convolution(shape.Channels),
        < 9 => new BatchNorm2d(shape.Channels),
        < 11 => new ReLU(),
        < 14 => new Add(),
        14 => MaxPool(),
        _ => _random.Next(3) == 0 ? new GlobalAveragePool() : MaxPool(),
    };

    private MaxPool2d MaxPool()
    {
        int kernel = 1 + _random.Next(5);
        return new MaxPool2d(kernel, 1 + _random.Next(4), _random.Next((kernel / 2) + 1));
    }

    private Conv2d Convolution(int channels)
    {
        // As often as not the shape stays, so that there is something to add the result to.
        bool keeps = Flip();
        int[] groupCounts = [.. Enumerable.Range(1, channels).Where(g => channels % g == 0)];
        int groups = Flip() ? 1 : Pick(groupCounts);
        int outputs = keeps ? channels : groups == 1 ? Pick(ChannelCounts) : groups * Pick([1, 2, 3, 16]);
        int dilation = _random.Next(4) == 0 ? 1 + _random.Next(3) : 1;
        int height = Pick([1, 1, 2, 3, 3, 5, 7]);
        int width = keeps || Flip() ? height : Pick([1, 2, 3, 4, 7]);
        int padding = keeps ? dilation * (height - 1) / 2 : _random.Next(2 + (dilation * height));
        return new Conv2d(channels, outputs, height, width, keeps ? 1 : 1 + _random.Next(4), padding, dilation, groups, Flip());
    }

    private bool Flip() => _random.Next(2) == 0;

    private TItem Pick<TItem>(IReadOnlyList<TItem> items) => items[_random.Next(items.Count)];
}
