using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A step of a plan with its buffers and choices.</summary>
internal abstract class CudaStep : IDisposable
{
    /// <summary>What was chosen for it.</summary>
    public abstract StepChoice Choice { get; }

    /// <summary>How many operations <see cref="Enqueue"/> queues, a library's call counted as one.</summary>
    public abstract int Operations { get; }

    /// <summary>Writes what must be there before the first run, in the place's stream.</summary>
    public virtual void Initialise(CudaStream stream)
    {
    }

    /// <summary>Queues its work.</summary>
    public abstract void Enqueue(CudaPlace place);

    public virtual void Dispose()
    {
    }
}
