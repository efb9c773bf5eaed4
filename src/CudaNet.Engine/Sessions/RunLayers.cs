namespace CudaNet.Engine;

/// <summary>The layers that a run publishes: those selected for it, and those that attached observers want. Immutable.</summary>
internal sealed class RunLayers
{
    private readonly LayerNode[] _published;
    private readonly ObserverHandle[]?[] _attached;
    private readonly bool[] _isSelected;

    public RunLayers(LayerGraph graph, LayerSelection selection, ReadOnlySpan<ObserverHandle> handles)
    {
        Selection = selection;
        _attached = new ObserverHandle[]?[graph.Nodes.Count];
        _isSelected = new bool[graph.Nodes.Count];
        foreach (LayerNode layer in selection.Nodes)
        {
            _isSelected[layer.Index] = true;
        }

        foreach (ObserverHandle handle in handles)
        {
            _attached[handle.Layer.Index] = [.. _attached[handle.Layer.Index] ?? [], handle];
        }

        _published = [.. graph.Nodes.Where(n => _isSelected[n.Index] || _attached[n.Index] is not null)];
    }

    public LayerSelection Selection { get; }

    /// <summary>In the graph's order: what an executable is keyed by.</summary>
    public IReadOnlyList<LayerNode> Published => _published;

    /// <summary>Whether the run returns the layer.</summary>
    public bool IsSelected(LayerNode layer) => _isSelected[layer.Index];

    /// <summary>Calls the layer's attached observers in the order they were attached.</summary>
    public void Call(in Observation observation)
    {
        foreach (ObserverHandle handle in _attached[observation.Layer.Index] ?? [])
        {
            handle.Invoke(in observation);
        }
    }

    public bool IsPublishedBy(ExecutionPlan plan)
    {
        IReadOnlyList<LayerNode> observed = plan.Observed;
        if (observed.Count != _published.Length)
        {
            return false;
        }

        for (int i = 0; i < _published.Length; i++)
        {
            if (_published[i] != observed[i])
            {
                return false;
            }
        }

        return true;
    }
}
