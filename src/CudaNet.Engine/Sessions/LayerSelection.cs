namespace CudaNet.Engine;

/// <summary>
/// Layers that a run returns, resolved once: made by <see cref="Session.Select"/>, for any session on the same graph. Immutable, safe to share.
/// </summary>
public sealed class LayerSelection
{
    private readonly LayerNode[] _layers;

    internal LayerSelection(LayerGraph graph, ReadOnlySpan<string> names)
    {
        Graph = graph;
        HashSet<LayerNode> layers = [];
        foreach (string name in names)
        {
            layers.Add(graph.Find(name));
        }

        _layers = [.. layers.OrderBy(l => l.Index)];
    }

    /// <summary>The graph whose layers they are.</summary>
    public LayerGraph Graph { get; }

    /// <summary>The layers, each once, in the graph's order.</summary>
    public IReadOnlyList<LayerNode> Layers => _layers;

    internal ReadOnlySpan<LayerNode> Nodes => _layers;
}
