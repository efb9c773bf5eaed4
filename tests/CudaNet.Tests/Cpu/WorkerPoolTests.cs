using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>A pool and its teams: what one of them does alone. <see cref="SharedPoolTests"/> has several at once.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 100)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(3, 1000)]
    public void Every_item_runs_once_and_workers_are_apart(int threads, int items)
    {
        using WorkerPool pool = new(threads);
        WorkTeam team = new(pool);
        for (int repeat = 0; repeat < 50; repeat++)
        {
            CountingWork work = new(items, threads);
            team.Run(work);
            work.AssertComplete();
        }
    }

    [Fact]
    public void Sleeping_workers_wake()
    {
        using WorkerPool pool = new(3);
        WorkTeam team = new(pool);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Thread.Sleep(20);
            CountingWork work = new(64, 3);
            team.Run(work);
            work.AssertComplete();
            Assert.Equal(3, work.SharedBy);
        }
    }

    /// <summary>Callers that are done before a worker has woken recall it; whenever that is, no item is lost, and the worker helps the next.</summary>
    [Fact]
    public void Workers_that_come_too_late_are_recalled()
    {
        using WorkerPool pool = new(3);
        WorkTeam team = new(pool), other = new(pool);
        for (int repeat = 0; repeat < 2000; repeat++)
        {
            CountingWork work = new(repeat % 4, 3) { Length = repeat % 7 * 10 };
            (repeat % 2 == 0 ? team : other).Run(work);
            work.AssertComplete();
            if (repeat % 100 == 0)
            {
                Thread.Sleep(1);
            }
        }
    }

    [Fact]
    public void A_call_that_is_over_is_not_recalled_nor_is_the_next()
    {
        using WorkerPool pool = new(2);
        WorkTeam team = new(pool);
        using PoolWorker worker = new(pool, 1);
        for (int repeat = 0, last = 0; repeat < 1000; repeat++)
        {
            SpinWait.SpinUntil(worker.TryClaim);
            int call = worker.Call(team, 1);
            Assert.False(repeat > 0 && worker.TryRecall(last));
            last = call;
        }

        SpinWait.SpinUntil(worker.TryClaim);
        worker.Call(null, 0);
    }

    [Fact]
    public void Idle_workers_sleep()
    {
        using WorkerPool pool = new(4);
        WorkTeam team = new(pool);
        for (int repeat = 0; repeat < 5; repeat++)
        {
            team.Run(new CountingWork(64, 4));
            Assert.True(SpinWait.SpinUntil(() => pool.SleepingWorkers == 3, TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public void An_exception_of_any_item_reaches_the_caller_and_the_pool_goes_on()
    {
        using WorkerPool pool = new(3);
        WorkTeam team = new(pool);
        for (int item = 0; item < 20; item++)
        {
            Assert.Equal($"item {item}", Assert.Throws<InvalidOperationException>(() => team.Run(new FailingWork(20, item))).Message);
            CountingWork work = new(20, 3);
            team.Run(work);
            work.AssertComplete();
        }
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        using WorkerPool pool = new(2);
        WorkTeam team = new(pool);
        CountingWork work = new(16, 2);
        team.Run(work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            team.Run(work);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disposed_pool_refuses_work()
    {
        WorkerPool pool = new(3);
        WorkTeam team = new(pool);
        team.Run(new CountingWork(8, 3));
        pool.Dispose();
        pool.Dispose();
        pool.Abandon();
        Assert.Throws<ObjectDisposedException>(() => team.Run(new CountingWork(8, 3)));
    }
}
