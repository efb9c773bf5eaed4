namespace CudaNet.Engine;

/// <summary>One observer on one layer. Once <see cref="Dispose"/> has returned no further call of it begins. Thread-safe.</summary>
public sealed class ObserverHandle : IDisposable
{
    private readonly ObserverRegistry _registry;
    private readonly LayerObserver _observer;
    private volatile bool _disposed;

    internal ObserverHandle(ObserverRegistry registry, LayerNode layer, LayerObserver observer)
    {
        _registry = registry;
        Layer = layer;
        _observer = observer;
    }

    /// <summary>The layer that is observed: what the asked name, alias or scope stood for.</summary>
    public LayerNode Layer { get; }

    /// <summary>Detaches the observer: at once, also in the midst of a run. Idempotent.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _registry.Remove(this);
        }
    }

    internal void Invoke(in Observation observation)
    {
        if (!_disposed)
        {
            _observer(in observation);
        }
    }
}
