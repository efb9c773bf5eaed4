namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Where a pass gets its input and leaves its output. Host memory of the executable's own is at the same addresses in every run, so that its copies are part of
/// the graph (<see cref="EnqueueFirst"/>, <see cref="EnqueueLast"/>); what differs from run to run stands before and behind it
/// (<see cref="EnqueueHead"/>, <see cref="EnqueueTail"/>).
/// </summary>
internal abstract class PassEnds : IDisposable
{
    /// <summary>How many operations the first and the last part queue.</summary>
    public virtual int Operations => 0;

    /// <summary>How many marks of a timer are inside.</summary>
    public virtual int TimerMarks => 1;

    /// <summary>Queues what stands before the pass, in every run.</summary>
    public virtual void EnqueueHead(CudaStream stream, PassTimer? timer)
    {
    }

    /// <summary>Queues the pass's beginning.</summary>
    public virtual void EnqueueFirst(CudaStream stream, PassTimer? timer, bool isCapturing)
    {
    }

    /// <summary>Queues the pass's end.</summary>
    public virtual void EnqueueLast(CudaStream stream, PassTimer? timer, bool isCapturing) => timer?.Computed(isCapturing);

    /// <summary>Queues what stands behind the pass, in every run.</summary>
    public virtual void EnqueueTail(CudaStream stream)
    {
    }

    /// <summary>Queues an input of zeros in the place of <see cref="EnqueueHead"/>.</summary>
    public abstract void EnqueueZeros(CudaStream stream);

    public abstract void Dispose();
}
