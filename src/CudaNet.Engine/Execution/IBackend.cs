namespace CudaNet.Engine;

/// <summary>A kind of device that can run graphs. Implementations are immutable and thread-safe. See <c>docs/adding-a-backend.md</c>.</summary>
public interface IBackend
{
    /// <summary>Its name in options and in the tolerance table.</summary>
    string Name { get; }

    /// <summary>How it stores values: plans are made for it.</summary>
    StorageLayout Layout { get; }

    /// <summary>
    /// Packs the weights for this device, once. Keeps nothing of <paramref name="parameters"/>: their memory may go when it returns.
    /// </summary>
    /// <exception cref="CudaNetException">The device cannot run an operator of the graph, or has not the memory.</exception>
    IPreparedModel Prepare(LayerGraph graph, ParameterSet parameters);
}

/// <summary>
/// A graph with its weights on a device, shared by every executable loaded from it; disposed after them. Not thread-safe: a session serialises.
/// </summary>
public interface IPreparedModel : IDisposable
{
    /// <summary>Bytes of the packed weights.</summary>
    long Bytes { get; }

    /// <summary>Turns a plan into something that runs: chooses algorithms, allocates every buffer. Packs no weights.</summary>
    /// <exception cref="CudaNetException">The device has not the memory.</exception>
    IExecutable Load(ExecutionPlan plan);
}

/// <summary>A plan ready to run: owns its buffers. One run at a time. <see cref="Run"/> decides and allocates nothing.</summary>
public interface IExecutable : IDisposable
{
    /// <summary>The plan it runs.</summary>
    ExecutionPlan Plan { get; }

    /// <summary>Bytes of all its buffers: slots, workspaces, host copies of observed values.</summary>
    long Bytes { get; }

    /// <summary>Runs all steps. Usable again after an observer threw or the run was cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    void Run(in RunBindings bindings);
}

/// <summary>The host memory of one run.</summary>
public readonly ref struct RunBindings
{
    /// <summary>The batch, N×C×H×W, of the plan's input shape.</summary>
    public required ReadOnlySpan<float> Input { get; init; }

    /// <summary>Where the output goes, of the plan's output shape.</summary>
    public required Span<float> Output { get; init; }

    /// <summary>Called with each observed value in execution order, on the calling thread; null where the plan observes nothing.</summary>
    public LayerObserver? Observer { get; init; }

    /// <summary>Looked at between steps.</summary>
    public CancellationToken Cancellation { get; init; }
}
