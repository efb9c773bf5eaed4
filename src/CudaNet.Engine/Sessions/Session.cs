namespace CudaNet.Engine;

/// <summary>
/// A model on a device: runs, and observers that hear every run. Thread-safe: up to <see cref="InferenceOptions.MaxConcurrentRuns"/> runs are in flight at
/// once, further callers wait in the order they came. A run has the layers that its caller named (<see cref="Start(Tensor, ReadOnlySpan{string}, CancellationToken, object?)"/>,
/// <see cref="Extract(Tensor, ReadOnlySpan{string}, CancellationToken, object?)"/>); attached observers are called on the thread that runs.
/// </summary>
/// <remarks>
/// A run takes its whole input before <c>Start</c> returns; the other forms read it until they return, or their task ends. Cancellation is looked at
/// while waiting for a place, before work begins, and between published stages; on a CPU between all steps. <c>docs/embedding.md</c> shows a service.
/// </remarks>
public sealed partial class Session : IDisposable
{
    private readonly PreparedModel _prepared;
    private readonly RunScheduler _scheduler;
    private readonly ObserverRegistry _observers;
    private readonly SelectionCache _selections;

    /// <summary>Brings the model's weights to the backend's device; the model may be disposed of afterwards.</summary>
    /// <exception cref="CudaNetException">The device cannot run the model, or has not the memory.</exception>
    public Session(Model model, IBackend backend, InferenceOptions? options = null)
        : this(backend.Prepare(model), options, isOwner: true)
    {
    }

    /// <summary>Shares weights and threads with other sessions on the same prepared model, which may be disposed of before the session.</summary>
    /// <exception cref="ObjectDisposedException"><paramref name="prepared"/> is disposed of.</exception>
    public Session(PreparedModel prepared, InferenceOptions? options = null)
        : this(prepared, options, isOwner: false)
    {
    }

    private Session(PreparedModel prepared, InferenceOptions? options, bool isOwner)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        prepared.ClaimFirst();
        try
        {
            _prepared = prepared;
            _scheduler = new RunScheduler(prepared, options ?? new InferenceOptions());
            _observers = new ObserverRegistry(Graph);
            _selections = new SelectionCache(Graph);
        }
        catch
        {
            prepared.Release();
            throw;
        }
        finally
        {
            if (isOwner)
            {
                prepared.Dispose();
            }
        }
    }

    /// <summary>The layers.</summary>
    public LayerGraph Graph => _prepared.Graph;

    /// <summary>What the session holds now.</summary>
    public SessionMemory Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_scheduler.IsDisposed, this);
            (int count, long bytes) = _scheduler.Executables.Held;
            return new SessionMemory(count, _prepared.Bytes, bytes);
        }
    }

    /// <summary>The executables that the session holds now, one a run in flight of a pair of input shape and published layers; the latest is last.</summary>
    public IReadOnlyList<LoadedExecutable> Loaded
    {
        get
        {
            ObjectDisposedException.ThrowIf(_scheduler.IsDisposed, this);
            return _scheduler.Executables.Loaded;
        }
    }

    /// <summary>Pulled runs that were neither ended nor disposed of, and that the garbage collector found (<see cref="InferenceOptions.RunForgotten"/>).</summary>
    public long ForgottenRuns => _scheduler.Forgotten;

    /// <summary>Calls <paramref name="observer"/> with a layer's output in every later run, whoever starts it, until the handle is disposed of.</summary>
    /// <param name="layer">A name, an alias or a scope (<see cref="LayerGraph.Find"/>).</param>
    /// <param name="observer">See <see cref="LayerObserver"/>. One layer may have several: they are called in the order they were attached.</param>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    public ObserverHandle Observe(string layer, LayerObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(_scheduler.IsDisposed, this);
        return _observers.Add(Graph.Find(layer), observer);
    }

    /// <summary>Resolves names, aliases or scopes once, for any number of runs of any session on the same graph.</summary>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    public LayerSelection Select(params ReadOnlySpan<string> layers) => new(Graph, layers);

    /// <summary>The shape of the output, N×classes for a classifier, for an input of this shape.</summary>
    /// <exception cref="ShapeException">The model cannot take that shape.</exception>
    public TensorShape OutputShape(TensorShape inputShape) => Graph.InferShapes(inputShape)[Graph.Output.Index];

    /// <summary>Does the first runs' work for this shape, these layers and the observers attached now, calling none of them: the next runs allocate nothing.</summary>
    /// <param name="inputShape">N×C×H×W.</param>
    /// <param name="layers">Names, aliases or scopes.</param>
    /// <param name="copies">How many such runs shall be in flight at once, at most <see cref="InferenceOptions.MaxConcurrentRuns"/>.</param>
    /// <param name="cancellation">Looked at while waiting for a place.</param>
    /// <exception cref="ShapeException">The model cannot take that shape.</exception>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    public void Prepare(TensorShape inputShape, ReadOnlySpan<string> layers = default, int copies = 1, CancellationToken cancellation = default) =>
        Prepare(inputShape, _selections.Get(layers), copies, null, cancellation);

    /// <inheritdoc cref="Prepare(TensorShape, ReadOnlySpan{string}, int, CancellationToken)"/>
    /// <param name="inputShape">N×C×H×W.</param>
    /// <param name="layers">Made by <see cref="Select"/>.</param>
    /// <param name="copies">How many such runs shall be in flight at once.</param>
    /// <param name="binding">The type of <see cref="RunBinding"/> that the runs will have; null for host memory.</param>
    /// <param name="cancellation">Looked at while waiting for a place.</param>
    public void Prepare(TensorShape inputShape, LayerSelection layers, int copies = 1, Type? binding = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copies, _scheduler.Places);
        _prepared.CheckBinding(binding);
        RunLayers resolved = Resolve(layers);
        for (int copy = 0; copy < copies; copy++)
        {
            RunHandle handle = _scheduler.Enter(cancellation);
            try
            {
                if (_scheduler.Executables.TakeNew(inputShape, resolved, binding, copies) is { } loaded)
                {
                    WarmUp(loaded);
                }
            }
            finally
            {
                _scheduler.Leave(handle);
            }
        }
    }

    /// <summary>
    /// Releases executables, threads and weights, the shared ones with their last session. Calls of <c>Run</c>, <c>Predict</c> and <c>Extract</c> in progress
    /// on other threads are waited for (not from inside a callback); whoever waits for a place gets an <see cref="ObjectDisposedException"/>; pulled runs are
    /// not waited for: they end with one at their next call, and the last one releases. Idempotent.
    /// </summary>
    public void Dispose() => _scheduler.Dispose();

    private void WarmUp(ResidentExecutable loaded)
    {
        try
        {
            loaded.Executable.WarmUp();
        }
        catch
        {
            // The next attempt begins anew.
            _scheduler.Executables.Discard(loaded);
            throw;
        }

        _scheduler.Executables.Return(loaded);
    }

    private RunLayers Resolve(LayerSelection layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return layers.Graph == Graph ? _observers.Snapshot.With(layers) : throw new CudaNetException("the layers were selected on another graph") { Hint = "Select them on this session." };
    }
}
