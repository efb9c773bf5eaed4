using System.Collections.Concurrent;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>A pool that is disposed of while callers compute, by several threads at once.</summary>
[Collection(nameof(Alone))]
public sealed class PoolDisposalTests
{
    [Fact]
    public void Work_in_progress_finishes_and_the_threads_end()
    {
        Random random = new(5);
        for (int repeat = 0; repeat < 150; repeat++)
        {
            WorkerPool pool = new(4);
            ConcurrentBag<Exception?> ends = [];
            ConcurrentDictionary<Thread, bool> seen = new();
            Thread[] callers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() => ends.Add(Record.Exception(() => RunForever(pool, seen)))))];
            Array.ForEach(callers, c => c.Start());
            Thread.SpinWait(random.Next(100_000));
            Thread[] disposers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                pool.Dispose();
                ends.Add(seen.Keys.Except(callers).Any(t => t.IsAlive) ? new InvalidOperationException("a worker outlived the disposal") : null);
            }))];
            Array.ForEach(disposers, d => d.Start());
            Assert.All(callers.Concat(disposers), t => Assert.True(t.Join(TimeSpan.FromSeconds(30)), "a thread hangs"));
            Assert.Equal(2, ends.Count(e => e is ObjectDisposedException));
            Assert.Equal(2, ends.Count(e => e is null));
        }
    }

    [Fact]
    public void An_abandoned_pool_can_still_be_disposed_of()
    {
        WorkerPool pool = new(3);
        new WorkTeam(pool).Run(new CountingWork(8, 3));
        pool.Abandon();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new WorkTeam(pool).Run(new CountingWork(8, 3)));
    }

    /// <summary>Ends with the exception of a pool that refuses work; what it had taken before is complete.</summary>
    private static void RunForever(WorkerPool pool, ConcurrentDictionary<Thread, bool> seen)
    {
        WorkTeam team = new(pool);
        while (true)
        {
            CountingWork work = new(30, 4) { Length = 20, Threads = seen };
            team.BeginComputing();
            try
            {
                team.Run(work);
                work.AssertComplete();
            }
            finally
            {
                team.EndComputing();
            }
        }
    }
}
