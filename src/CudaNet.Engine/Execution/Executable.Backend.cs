namespace CudaNet.Engine;

/// <content>What a backend implements. Called one at a time, in order, with checked arguments; after an exception <see cref="AbandonCore"/> is called.</content>
public abstract partial class Executable
{
    /// <summary>What was chosen for each step of the plan, in order.</summary>
    public abstract IReadOnlyList<StepChoice> Choices { get; }

    /// <summary>Bytes of the buffers that the backend allocated.</summary>
    protected abstract long BufferBytes { get; }

    /// <summary>Takes the whole input. Its length is checked.</summary>
    protected abstract void StartCore(ReadOnlySpan<float> input, RunControl control);

    /// <summary>Takes a binding of a type that <see cref="PreparedModel.Takes"/> accepted.</summary>
    /// <param name="binding">Its shape is checked.</param>
    /// <param name="observedInput">To be filled with the input, fp32 N×C×H×W, where the plan observes it; empty otherwise.</param>
    /// <param name="control">To be asked before work is queued.</param>
    protected virtual void StartCore(RunBinding binding, Span<float> observedInput, RunControl control) =>
        throw new InvalidOperationException($"this executable has host memory only, not {binding.GetType().Name}");

    /// <summary>Computes, or waits, up to the next published stage other than the input; false when all steps are done.</summary>
    protected abstract bool AdvanceCore(RunControl control, out Observation stage);

    /// <summary>Brings the output. Its length is checked, and all steps are done.</summary>
    protected abstract void FinishCore(Span<float> output);

    /// <summary>Leaves the output where the binding says.</summary>
    protected virtual void FinishCore(RunBinding binding)
    {
    }

    /// <summary>Returns when nothing of the run is in flight. Does not throw.</summary>
    protected abstract void AbandonCore();

    /// <summary>Releases the buffers. Called once, with no run in flight.</summary>
    protected abstract void DisposeCore();
}
