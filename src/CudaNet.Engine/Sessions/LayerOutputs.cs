namespace CudaNet.Engine;

/// <summary>A run's output and its layers' outputs, in memory of their own. Immutable, safe to share.</summary>
public sealed class LayerOutputs
{
    private readonly LayerGraph _graph;
    private readonly Dictionary<LayerNode, Tensor> _byLayer;

    internal LayerOutputs(LayerGraph graph, Tensor output, Dictionary<LayerNode, Tensor> byLayer)
    {
        _graph = graph;
        _byLayer = byLayer;
        Output = output;
    }

    /// <summary>The output, N×classes for a classifier.</summary>
    public Tensor Output { get; }

    /// <summary>The layers, in the order in which they were computed.</summary>
    public IReadOnlyCollection<LayerNode> Layers => _byLayer.Keys;

    /// <summary>A layer's own output, N×C×H×W or N×C, by a name, an alias or a scope.</summary>
    /// <exception cref="LayerNotFoundException">The graph has no such layer.</exception>
    /// <exception cref="CudaNetException">The layer was not asked for.</exception>
    public Tensor this[string layer] => this[_graph.Find(layer)];

    /// <summary>A layer's own output.</summary>
    /// <exception cref="CudaNetException">The layer was not asked for.</exception>
    public Tensor this[LayerNode layer] => _byLayer.TryGetValue(layer, out Tensor? values)
        ? values
        : throw new CudaNetException($"layer '{layer}' was not extracted: {Printable.List(_byLayer.Keys.Select(l => l.Name))} were") { Layer = layer.Name, Hint = "Name it when the run is started." };
}
