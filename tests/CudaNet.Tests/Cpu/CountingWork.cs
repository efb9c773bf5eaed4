using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Counts how often each item is executed, and by whom.</summary>
internal sealed class CountingWork(int items, int threads) : ParallelWork
{
    private readonly int[] _counts = new int[items];
    private readonly int[] _inside = new int[threads];
    private int _running;
    private int _overlaps;

    public override int Items => items;

    /// <summary>Threads that were to take items, the last time.</summary>
    public int SharedBy { get; private set; }

    /// <summary>Spins of an item.</summary>
    public int Length { get; init; }

    public override void Share(int threads) => SharedBy = threads;

    public override void Execute(int item, int worker)
    {
        Interlocked.Increment(ref _running);
        if (Interlocked.Increment(ref _inside[worker]) != 1)
        {
            Interlocked.Increment(ref _overlaps);
        }

        Thread.SpinWait(Length);
        Interlocked.Increment(ref _counts[item]);
        Interlocked.Decrement(ref _inside[worker]);
        Interlocked.Decrement(ref _running);
    }

    /// <summary>Each item was executed so often, no two threads had one number, and nothing runs any more.</summary>
    public void AssertComplete(int times = 1)
    {
        Assert.Equal(0, Volatile.Read(ref _running));
        Assert.All(_counts, count => Assert.Equal(times, count));
        Assert.Equal(0, _overlaps);
    }
}

/// <summary>Throws at one item.</summary>
internal sealed class FailingWork(int items, int bad) : ParallelWork
{
    public override int Items => items;

    public override void Execute(int item, int worker)
    {
        if (item == bad)
        {
            throw new InvalidOperationException($"item {item}");
        }
    }
}
