namespace CudaNet.Engine;

/// <summary>An immutable set of observed layers with their observers; the layers are what an executable is keyed by.</summary>
internal sealed class ObservedSet
{
    private readonly ObserverHandle[][] _byNode;
    private readonly LayerNode[] _layers;

    public ObservedSet(LayerGraph graph, IReadOnlyList<ObserverHandle> handles)
    {
        _byNode = new ObserverHandle[graph.Nodes.Count][];
        foreach (IGrouping<int, ObserverHandle> group in handles.GroupBy(h => h.Layer.Index))
        {
            _byNode[group.Key] = [.. group];
        }

        _layers = [.. handles.Select(h => h.Layer).Distinct().OrderBy(l => l.Index)];
    }

    public IReadOnlyList<LayerNode> Layers => _layers;

    public bool HasSameLayers(IReadOnlyList<LayerNode> layers)
    {
        if (layers.Count != _layers.Length)
        {
            return false;
        }

        for (int i = 0; i < _layers.Length; i++)
        {
            if (_layers[i] != layers[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Calls the layer's observers in the order they were attached.</summary>
    public void Dispatch(in Observation observation)
    {
        foreach (ObserverHandle handle in _byNode[observation.Layer.Index])
        {
            handle.Invoke(in observation);
        }
    }
}
