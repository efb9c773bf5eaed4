using System.Collections.Concurrent;
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

    /// <summary>Whether any item is being executed now.</summary>
    public bool IsRunning => Volatile.Read(ref _running) > 0;

    /// <summary>Spins of an item.</summary>
    public int Length { get; init; }

    /// <summary>Where to note the threads that take items; null for nowhere.</summary>
    public ConcurrentDictionary<Thread, bool>? Threads { get; init; }

    public override void Share(int threads) => SharedBy = threads;

    public override void Execute(int item, int worker)
    {
        Interlocked.Increment(ref _running);
        if (Interlocked.Increment(ref _inside[worker]) != 1)
        {
            Interlocked.Increment(ref _overlaps);
        }

        Threads?.TryAdd(Thread.CurrentThread, true);
        Thread.SpinWait(Length);
        Interlocked.Increment(ref _counts[item]);
        Interlocked.Decrement(ref _inside[worker]);
        Interlocked.Decrement(ref _running);
    }

    /// <summary>Each item was executed so often, no two threads had one number, and nothing runs any more.</summary>
    public void AssertComplete(int times = 1)
    {
        Assert.False(IsRunning);
        Assert.All(_counts, count => Assert.Equal(times, count));
        Assert.Equal(0, _overlaps);
    }
}

/// <summary>Throws at one item, while others are in progress.</summary>
internal sealed class FailingWork(int items, int bad) : ParallelWork
{
    private int _running;

    public override int Items => items;

    /// <summary>Whether any item is being executed now.</summary>
    public bool IsRunning => Volatile.Read(ref _running) > 0;

    public override void Execute(int item, int worker)
    {
        if (item == bad)
        {
            throw new InvalidOperationException($"item {item}");
        }

        Interlocked.Increment(ref _running);
        Thread.SpinWait(50);
        Interlocked.Decrement(ref _running);
    }
}

/// <summary>Holds whoever takes part until all works of a group have their threads, so that they have them at the same time.</summary>
internal sealed class MeetingWork(int items, CountdownEvent meeting) : ParallelWork
{
    public override int Items => items;

    /// <summary>Threads that were to take items.</summary>
    public int SharedBy { get; private set; }

    public override void Share(int threads)
    {
        SharedBy = threads;
        meeting.Signal();
    }

    public override void Execute(int item, int worker) => meeting.Wait(TestContext.Current.CancellationToken);
}
