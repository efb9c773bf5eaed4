namespace CudaNet.Engine;

/// <summary>
/// A model on a device: observers and runs. Thread-safe: one run at a time, further callers wait their turn; observers are called on the thread
/// that called <see cref="Run(Tensor, Span{float}, CancellationToken)"/> and may be attached and detached from any thread at any time, which the next run follows (a detached one is not
/// called again even by the run in progress). A callback may not run, prepare or dispose its own session.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly Lock _runLock = new();
    private readonly IBackend _backend;
    private readonly IPreparedModel _prepared;
    private readonly ExecutableCache _executables;
    private readonly ObserverRegistry _observers;
    private readonly LayerObserver _dispatch;
    private ObservedSet? _running;
    private volatile bool _disposed;

    /// <summary>Packs the model's weights for the backend, once; the model may be disposed afterwards.</summary>
    /// <exception cref="CudaNetException">The device cannot run the model, or has not the memory.</exception>
    public Session(Model model, IBackend backend, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(backend);
        options ??= new SessionOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxExecutables, 1);
        Graph = model.Graph;
        _backend = backend;
        _executables = new ExecutableCache(options.MaxExecutables);
        _observers = new ObserverRegistry(Graph);
        _dispatch = Dispatch;
        _prepared = backend.Prepare(Graph, model.Parameters);
    }

    /// <summary>The layers.</summary>
    public LayerGraph Graph { get; }

    /// <summary>What the session holds now. Waits for a run in progress.</summary>
    public SessionMemory Memory
    {
        get
        {
            using Lock.Scope scope = Enter();
            return new SessionMemory(_executables.Count, _prepared.Bytes, _executables.Bytes);
        }
    }

    /// <summary>Calls <paramref name="observer"/> with a layer's output in every later run, until the handle is disposed.</summary>
    /// <param name="layer">A name, an alias or a scope (<see cref="LayerGraph.Find"/>).</param>
    /// <param name="observer">See <see cref="LayerObserver"/>. One layer may have several: they are called in the order they were attached.</param>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    public ObserverHandle Observe(string layer, LayerObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _observers.Add(Graph.Find(layer), observer);
    }

    /// <summary>Does the first run's work for this shape and the layers observed now, so that the next run allocates nothing.</summary>
    /// <exception cref="ShapeException">The model cannot take that shape.</exception>
    public void Prepare(TensorShape inputShape)
    {
        using Lock.Scope scope = Enter();
        Resident(inputShape, _observers.Snapshot);
    }

    /// <summary>The shape of the output, N×classes for a classifier, for an input of this shape.</summary>
    /// <exception cref="ShapeException">The model cannot take that shape.</exception>
    public TensorShape OutputShape(TensorShape inputShape) => Graph.InferShapes(inputShape)[Graph.Output.Index];

    /// <summary>
    /// Runs a batch. Allocates nothing once the shape and the set of observed layers are resident (<see cref="SessionOptions.MaxExecutables"/>).
    /// </summary>
    /// <param name="input">N×C×H×W; not to be written to meanwhile.</param>
    /// <param name="logits">Receives the output, N×classes for a classifier. Its content is undefined when an exception ends the run.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="ShapeException">The model cannot take that shape, or <paramref name="logits"/> has another length.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session stays usable.</exception>
    public void Run(Tensor input, Span<float> logits, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        using Lock.Scope scope = Enter();
        ObservedSet observed = _observers.Snapshot;
        Run(Resident(input.Shape, observed), observed, input, logits, cancellation);
    }

    /// <summary>Runs a batch and returns its output, N×classes for a classifier, in new memory. Otherwise as <see cref="Run(Tensor, Span{float}, CancellationToken)"/>.</summary>
    public Tensor Predict(Tensor input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        using Lock.Scope scope = Enter();
        ObservedSet observed = _observers.Snapshot;
        IExecutable executable = Resident(input.Shape, observed);
        TensorShape shape = executable.Plan.OutputShape;
        float[] logits = new float[shape.ElementCount];
        Run(executable, observed, input, logits, cancellation);
        return new Tensor(shape, logits);
    }

    /// <summary>Releases the executables and the packed weights. Waits for a run in progress. Idempotent.</summary>
    public void Dispose()
    {
        ThrowIfInsideObserver();
        lock (_runLock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _executables.Dispose();
                _prepared.Dispose();
            }
        }
    }

    private void Run(IExecutable executable, ObservedSet observed, Tensor input, Span<float> logits, CancellationToken cancellation)
    {
        if (logits.Length != executable.Plan.OutputShape.ElementCount)
        {
            throw new ShapeException($"the output of an input {input.Shape} is {executable.Plan.OutputShape}: {logits.Length} values were offered for it");
        }

        _running = observed;
        try
        {
            executable.Run(new RunBindings
            {
                Input = input.Values,
                Output = logits,
                Observer = observed.Layers.Count == 0 ? null : _dispatch,
                Cancellation = cancellation,
            });
        }
        finally
        {
            _running = null;
        }
    }

    private void Dispatch(in Observation observation) => _running!.Dispatch(in observation);

    private IExecutable Resident(TensorShape input, ObservedSet observed) => _executables.Find(input, observed) ?? Load(input, observed);

    private IExecutable Load(TensorShape input, ObservedSet observed)
    {
        ExecutionPlan plan = Planner.Plan(Graph, input, observed.Layers, _backend.Layout);
        _executables.MakeRoom();
        IExecutable executable = _prepared.Load(plan);
        _executables.Add(executable);
        return executable;
    }

    private Lock.Scope Enter()
    {
        ThrowIfInsideObserver();
        Lock.Scope scope = _runLock.EnterScope();
        if (_disposed)
        {
            scope.Dispose();
            throw new ObjectDisposedException(nameof(Session));
        }

        return scope;
    }

    private void ThrowIfInsideObserver()
    {
        if (_runLock.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException("an observer may not run, prepare, measure or dispose the session that calls it");
        }
    }
}
