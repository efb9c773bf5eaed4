using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>How the passes of an executable reach the device. With the context current.</summary>
internal abstract class PassForm : IDisposable
{
    /// <summary>In a sentence.</summary>
    public abstract string Text { get; }

    /// <summary>Begins a pass whose input its ends have taken.</summary>
    /// <param name="control">What may stop it.</param>
    /// <param name="isRehearsal">Whether the input is zeros and nobody wants the output.</param>
    public abstract void Start(RunControl control, bool isRehearsal);

    /// <summary>Whether a later stage is published, or steps are still to be queued.</summary>
    public abstract bool IsDrained { get; }

    /// <summary>Whether more than waits is called after the start: for that the context must be current, whatever observers did to it.</summary>
    public abstract bool QueuesLater { get; }

    /// <summary>Goes on to the next published stage; false at the end.</summary>
    public abstract bool Advance(RunControl control, out Observation stage);

    /// <summary>Ends a pass that is drained.</summary>
    /// <param name="waits">Whether all of it must have ended when this returns.</param>
    public abstract void Finish(bool waits);

    public abstract void Dispose();
}
