namespace CudaNet.Engine;

/// <summary>
/// One observer on one layer of every run. Once <see cref="Dispose"/> has returned it is not called again, nor still being called. Thread-safe.
/// </summary>
public sealed class ObserverHandle : IDisposable
{
    private const int Disposed = 1 << 30;

    [ThreadStatic]
    private static int _callbacks;

    private readonly ObserverRegistry _registry;
    private readonly LayerObserver _observer;
    private readonly ManualResetEventSlim _quiet = new();

    /// <summary>Calls in progress, and <see cref="Disposed"/>.</summary>
    private int _calls;

    internal ObserverHandle(ObserverRegistry registry, LayerNode layer, LayerObserver observer)
    {
        _registry = registry;
        Layer = layer;
        _observer = observer;
    }

    /// <summary>The layer that is observed: what the asked name, alias or scope stood for.</summary>
    public LayerNode Layer { get; }

    /// <summary>True on a thread that is inside a callback of any session.</summary>
    internal static bool IsInsideCallback => _callbacks > 0;

    /// <summary>
    /// Detaches the observer, at once, also in the midst of a run. Waits for calls of it in progress on other threads, which go on side by side, so those
    /// must not wait for the thread that disposes. From inside a callback, its own or another, it does not wait: two callbacks may detach each other.
    /// Idempotent.
    /// </summary>
    public void Dispose()
    {
        bool isFirst = (Interlocked.Or(ref _calls, Disposed) & Disposed) == 0;
        if (isFirst)
        {
            _registry.Remove(this);
        }

        if (!IsInsideCallback && Volatile.Read(ref _calls) != Disposed)
        {
            Uninterrupted.Wait(_quiet);
        }
    }

    internal void Invoke(in Observation observation)
    {
        if ((Interlocked.Increment(ref _calls) & Disposed) == 0)
        {
            _callbacks++;
            try
            {
                _observer(in observation);
            }
            finally
            {
                _callbacks--;
                Leave();
            }
        }
        else
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == Disposed)
        {
            Uninterrupted.Set(_quiet);
        }
    }
}
