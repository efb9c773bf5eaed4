using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>A random small network with its input's shape: any operator after any other that fits, values read several times, dead ends.</summary>
public sealed class RandomGraphs
{
    /// <summary>Seeds that the tests run.</summary>
    public const int Count = 150;

    private const int MaxElements = 1 << 15;
    private const int MaxWeights = 1 << 17;

    private readonly Draws _draws;
    private readonly GraphBuilder _graph;
    private readonly List<(LayerNode Node, TensorShape Shape)> _values = [];

    private RandomGraphs(int seed)
    {
        _draws = new Draws(seed);
        InputShape = new TensorShape(1 + _draws.Below(3), _draws.Pick(OperatorCatalogue.ChannelCounts), 1 + _draws.Below(14), 1 + _draws.Below(14));
        _graph = new GraphBuilder(InputShape.Channels);
        _values.Add((_graph.Input, InputShape));
    }

    private TensorShape InputShape { get; }

    /// <summary>The same seed gives the same graph on every machine.</summary>
    public static (LayerGraph Graph, TensorShape InputShape) Create(int seed)
    {
        RandomGraphs random = new(seed);
        int layers = 1 + random._draws.Below(10);
        while (random._values.Count <= layers)
        {
            random.TryAdd();
        }

        return (random._graph.Build(), random.InputShape);
    }

    private void TryAdd()
    {
        // The newest value is read most often, so that chains grow which the planner can fuse.
        (LayerNode node, TensorShape shape) = _draws.Below(3) > 0 ? _values[^1] : _draws.Pick(_values);
        LayerOp op = OperatorCatalogue.Draw(_draws, shape);
        if (op is Softmax && HasSums(node))
        {
            return;
        }

        LayerNode? second = op is Add ? _draws.Pick([.. _values.Where(v => v.Shape == shape)]).Node : null;
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

    /// <summary>
    /// Whether weighted sums reach a value, which grow from layer to layer. A softmax turns the difference of two sums as it is into a part of what it gives:
    /// right sums of 40 would fail behind it by the tolerance that they pass by.
    /// </summary>
    private static bool HasSums(LayerNode node) => node.Op is Conv2d or Linear || node.Inputs.Any(HasSums);
}
