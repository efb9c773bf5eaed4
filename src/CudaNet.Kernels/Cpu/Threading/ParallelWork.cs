namespace CudaNet.Kernels.Cpu;

/// <summary>Independent items, taken by threads in any order. What an item computes does not depend on who takes it.</summary>
internal abstract class ParallelWork
{
    /// <summary>How many items there are, for the number of threads last given to <see cref="Share"/>.</summary>
    public abstract int Items { get; }

    /// <summary>The most threads that have something to do.</summary>
    public virtual int MaxThreads => Items;

    /// <summary>
    /// Called before each piece of work, also where nothing changed: what threads kept from the one before is old. Tells how many threads take items next; work may be cut otherwise for one than for many,
    /// with the same results.
    /// </summary>
    public virtual void Share(int threads)
    {
    }

    /// <param name="item">Which item, from 0.</param>
    /// <param name="worker">Which thread of the team, from 0: no two at once have the same.</param>
    public abstract void Execute(int item, int worker);
}
