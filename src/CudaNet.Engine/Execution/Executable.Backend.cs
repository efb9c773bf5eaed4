namespace CudaNet.Engine;

/// <content>What a backend implements. Called one at a time, in order, with checked arguments; after an exception <see cref="AbandonCore"/> is called.</content>
public abstract partial class Executable
{
    /// <summary>What was chosen for each step of the plan, in order.</summary>
    public abstract IReadOnlyList<StepChoice> Choices { get; }

    /// <summary>How a pass reaches the device, in a sentence, where a backend has several ways; null otherwise. Known after <see cref="WarmUp"/> or a run.</summary>
    public virtual string? PassText => null;

    /// <summary>Of <see cref="Bytes"/>, those that other executables of its place use between its runs: <see cref="Place.Bytes"/> has them once.</summary>
    public virtual long SharedBytes => 0;

    /// <summary>Bytes of the buffers that it uses.</summary>
    protected abstract long BufferBytes { get; }

    /// <summary>Takes the whole input, whose length is checked, and may begin to compute.</summary>
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
    /// <param name="binding">The run's.</param>
    /// <param name="waits">
    /// Whether the output must be there when this returns. Otherwise the device may still be at work; whatever comes next in this place, and the executable's
    /// disposal, order themselves after it.
    /// </param>
    protected virtual void FinishCore(RunBinding binding, bool waits)
    {
    }

    /// <summary>Does the first run's work on an input of zeros, telling nobody, so that later runs decide and load nothing. No run is in flight.</summary>
    protected virtual void WarmUpCore()
    {
    }

    /// <summary>The calls of a run that follow, up to <see cref="LeaveCore"/>, come one after the other from this thread.</summary>
    protected virtual void EnterCore()
    {
    }

    /// <summary>The thread is as it was before <see cref="EnterCore"/>. Does not throw.</summary>
    protected virtual void LeaveCore()
    {
    }

    /// <summary>Returns when nothing of the run is in flight. Does not throw.</summary>
    protected abstract void AbandonCore();

    /// <summary>Releases the buffers. Called once, with no run in flight.</summary>
    protected abstract void DisposeCore();
}
