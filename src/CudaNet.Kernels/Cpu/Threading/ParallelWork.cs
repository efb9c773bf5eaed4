namespace CudaNet.Kernels.Cpu;

/// <summary>Independent items, taken by threads in any order. What an item computes does not depend on who takes it.</summary>
internal abstract class ParallelWork
{
    /// <summary>How many items there are.</summary>
    public abstract int Items { get; }

    /// <param name="item">Which item, from 0.</param>
    /// <param name="worker">Which thread of the pool, from 0: no two at once have the same.</param>
    public abstract void Execute(int item, int worker);
}
