namespace CudaNet.Engine;

/// <summary>The observers attached to a session at one moment. Immutable but for what it has resolved. Thread-safe.</summary>
internal sealed class AttachedObservers(LayerGraph graph, IReadOnlyList<ObserverHandle> handles)
{
    private readonly ObserverHandle[] _handles = [.. handles];
    private readonly RecentEntries<RunLayers> _resolved = new();

    /// <summary>What a run with this selection publishes, and for whom; allocates nothing where it was asked for lately.</summary>
    public RunLayers With(LayerSelection selection)
    {
        foreach (RunLayers layers in _resolved.NewestFirst)
        {
            if (layers.Selection == selection)
            {
                return layers;
            }
        }

        RunLayers resolved = new(graph, selection, _handles);
        _resolved.Add(resolved);
        return resolved;
    }
}
