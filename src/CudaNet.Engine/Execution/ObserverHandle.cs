namespace CudaNet.Engine;

/// <summary>One observer on one layer. Once <see cref="Dispose"/> has returned it is not called again, nor still being called. Thread-safe.</summary>
public sealed class ObserverHandle : IDisposable
{
    private readonly ObserverRegistry _registry;
    private readonly LayerObserver _observer;
    private readonly Lock _lock = new();
    private bool _disposed;

    internal ObserverHandle(ObserverRegistry registry, LayerNode layer, LayerObserver observer)
    {
        _registry = registry;
        Layer = layer;
        _observer = observer;
    }

    /// <summary>The layer that is observed: what the asked name, alias or scope stood for.</summary>
    public LayerNode Layer { get; }

    /// <summary>
    /// Detaches the observer: at once, also in the midst of a run, and also from inside its own callback. Waits for a call of it in progress on
    /// another thread, so that callback must not wait for the thread that disposes. Idempotent.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _registry.Remove(this);
    }

    internal void Invoke(in Observation observation)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _observer(in observation);
            }
        }
    }
}
