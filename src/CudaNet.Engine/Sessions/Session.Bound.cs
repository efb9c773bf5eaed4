namespace CudaNet.Engine;

/// <content>Runs on other memory than the host's.</content>
public sealed partial class Session
{
    /// <summary>
    /// Starts a run on other memory than the host's. It has no <see cref="InferenceRun.Output"/>: that goes where the binding says, once
    /// <see cref="InferenceRun.Next"/> has returned false. Otherwise as the other forms.
    /// </summary>
    /// <param name="binding">Of a type that the backend knows.</param>
    /// <param name="layers">Made by <see cref="Select"/>; null for none.</param>
    /// <param name="cancellation">Ends the waiting, and the run.</param>
    /// <param name="tag">What observations of this run are to be known by.</param>
    /// <exception cref="CudaNetException">The backend does not know such a binding.</exception>
    public InferenceRun Start(RunBinding binding, LayerSelection? layers = null, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(binding);
        TensorShape shape = binding.InputShape;
        _prepared.CheckBinding(binding.GetType());
        return Start(null, binding, shape, Resolve(layers ?? _selections.None), cancellation, tag);
    }

    /// <summary>
    /// Runs a batch on other memory than the host's, from beginning to end: attached observers are called, and the output is where the binding says when this
    /// returns. Allocates nothing where the executable is resident and nobody waits.
    /// </summary>
    /// <param name="binding">Of a type that the backend knows.</param>
    /// <param name="cancellation">Ends the waiting, and the run.</param>
    /// <param name="tag">What observations of this run are to be known by.</param>
    /// <exception cref="CudaNetException">The backend does not know such a binding.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session stays usable.</exception>
    public void Run(RunBinding binding, CancellationToken cancellation = default, object? tag = null) => Whole(binding, waits: true, cancellation, tag);

    /// <summary>
    /// The same, returning once everything is queued where the backend can: the output is there in the order that the binding says. A fault of the device
    /// comes out of the next call in that place. Attached observers are still waited for and called. The first run of a shape waits for its end.
    /// </summary>
    /// <inheritdoc cref="Run(RunBinding, CancellationToken, object?)"/>
    public void Enqueue(RunBinding binding, CancellationToken cancellation = default, object? tag = null) => Whole(binding, waits: false, cancellation, tag);

    private void Whole(RunBinding binding, bool waits, CancellationToken cancellation, object? tag)
    {
        ArgumentNullException.ThrowIfNull(binding);
        TensorShape shape = binding.InputShape;
        _prepared.CheckBinding(binding.GetType());
        RunLayers layers = Resolve(_selections.None);
        RunHandle handle = _scheduler.Enter(cancellation);
        BeginWhole(handle, shape, binding.GetType(), layers, cancellation, tag);
        try
        {
            handle.Run.Complete(binding, waits);
        }
        finally
        {
            EndWhole(handle);
        }
    }
}
