using System.Globalization;

namespace CudaNet.Engine;

/// <summary>Adds a ResNet's layers to a graph, each as <see cref="ResNetConfig.Variations"/> has it.</summary>
internal sealed class ResNetLayers(ResNetConfig config)
{
    /// <summary>The most that a variation's stride, padding, dilation or window may be: more is in no network.</summary>
    private const int MaxExtent = 256;

    private readonly GraphBuilder _graph = new(config.InputChannels);
    private readonly HashSet<string> _varied = new(StringComparer.Ordinal);

    /// <summary>The batch a run is given.</summary>
    public LayerNode Input => _graph.Input;

    /// <summary>As <see cref="GraphBuilder.Scope"/>.</summary>
    public IDisposable Scope(string name) => _graph.Scope(name);

    /// <summary>As <see cref="GraphBuilder.Add"/>; the value it reads where the layer is not there.</summary>
    /// <exception cref="CudaNetException">The variation cannot stand in the layer's place.</exception>
    public LayerNode Add(string name, LayerOp usual, LayerNode first, LayerNode? second = null, params ReadOnlySpan<string> aliases)
    {
        string full = _graph.FullName(name);
        if (!config.Variations.TryGetValue(full, out LayerOp? op))
        {
            return _graph.Add(name, usual, first, second, aliases);
        }

        _varied.Add(full);
        Check(full, usual, op);
        try
        {
            op?.Validate();
        }
        catch (ShapeException exception)
        {
            throw new ShapeException($"layer '{full}': {exception.Message}") { Layer = full };
        }

        return op is null ? first : _graph.Add(name, op, first, second, aliases);
    }

    /// <summary>The graph.</summary>
    /// <exception cref="CudaNetException">There is a variation of a layer that the graph has not.</exception>
    public LayerGraph Build()
    {
        string[] strangers = [.. config.Variations.Keys.Where(n => !_varied.Contains(n)).Order(StringComparer.Ordinal)];
        return strangers.Length == 0
            ? _graph.Build()
            : throw new CudaNetException($"a variation is of {Printable.Quote(strangers[0])}, which is no layer of the network") { Layer = strangers[0] };
    }

    private static void Check(string name, LayerOp usual, LayerOp? op)
    {
        bool fits = (usual, op) switch
        {
            (MaxPool2d or ReLU, null) => true,
            (Conv2d conv, Conv2d other) => conv with { Stride = other.Stride, Padding = other.Padding, Dilation = other.Dilation } == other,
            (BatchNorm2d norm, BatchNorm2d other) => norm with { Epsilon = other.Epsilon } == other,
            (MaxPool2d, MaxPool2d) => true,
            _ => usual.Equals(op),
        };
        if (!fits)
        {
            throw new CudaNetException($"layer '{name}' cannot vary from {usual.Kind} {usual.Describe()} to {(op is null ? "nothing" : $"{op.Kind} {op.Describe()}")}: convolutions vary in stride, padding and dilation, batch norms in epsilon, max-pools in everything, and those and ReLUs may be left out") { Layer = name };
        }

        string? beyond = op switch
        {
            Conv2d conv => Beyond(("stride", conv.Stride), ("padding", conv.Padding.Largest), ("dilation", conv.Dilation)),
            MaxPool2d pool => Beyond(("window", pool.Kernel), ("stride", pool.Stride), ("padding", pool.Padding.Largest)),
            BatchNorm2d norm when !(norm.Epsilon >= 0 && norm.Epsilon <= float.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"epsilon {norm.Epsilon}, which is no number from 0"),
            _ => null,
        };
        if (beyond is not null)
        {
            throw new CudaNetException($"layer '{name}' has {beyond}") { Layer = name };
        }
    }

    private static string? Beyond(params ReadOnlySpan<(string What, int Value)> extents)
    {
        foreach ((string what, int value) in extents)
        {
            if (value > MaxExtent)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{what} {value}; at most {MaxExtent} are supported");
            }
        }

        return null;
    }
}
