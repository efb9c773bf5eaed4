namespace CudaNet.Engine;

/// <summary>The observers attached to a session. Runs take an immutable snapshot; attaching and detaching swap it. Thread-safe.</summary>
internal sealed class ObserverRegistry(LayerGraph graph)
{
    private readonly Lock _lock = new();
    private readonly List<ObserverHandle> _handles = [];
    private volatile AttachedObservers _snapshot = new(graph, []);

    public AttachedObservers Snapshot => _snapshot;

    public ObserverHandle Add(LayerNode layer, LayerObserver observer)
    {
        ObserverHandle handle = new(this, layer, observer);
        using (Uninterrupted.Enter(_lock))
        {
            _handles.Add(handle);
            _snapshot = new AttachedObservers(graph, _handles);
        }

        return handle;
    }

    public void Remove(ObserverHandle handle)
    {
        using (Uninterrupted.Enter(_lock))
        {
            _handles.Remove(handle);
            _snapshot = new AttachedObservers(graph, _handles);
        }
    }
}
