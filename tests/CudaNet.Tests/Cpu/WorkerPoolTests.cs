using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

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
        for (int repeat = 0; repeat < 50; repeat++)
        {
            Counting work = new(items, threads);
            pool.Run(work);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
            Assert.False(work.Overlapped);
        }
    }

    [Fact]
    public void Sleeping_workers_wake()
    {
        using WorkerPool pool = new(3);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Thread.Sleep(20);
            Counting work = new(64, 3);
            pool.Run(work);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void An_exception_of_any_item_reaches_the_caller_and_the_pool_goes_on()
    {
        using WorkerPool pool = new(3);
        for (int item = 0; item < 20; item++)
        {
            Assert.Equal($"item {item}", Assert.Throws<InvalidOperationException>(() => pool.Run(new Failing(20, item))).Message);
            Counting work = new(20, 3);
            pool.Run(work);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        using WorkerPool pool = new(2);
        Counting work = new(16, 2);
        pool.Run(work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            pool.Run(work);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disposed_pool_refuses_work()
    {
        WorkerPool pool = new(3);
        pool.Run(new Counting(8, 3));
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Counting(8, 3)));
    }

    private sealed class Counting(int items, int threads) : ParallelWork
    {
        private readonly int[] _inside = new int[threads];
        private int _overlaps;

        public int[] Counts { get; } = new int[items];

        public bool Overlapped => Volatile.Read(ref _overlaps) > 0;

        public override int Items => Counts.Length;

        public override void Execute(int item, int worker)
        {
            if (Interlocked.Increment(ref _inside[worker]) != 1)
            {
                Interlocked.Increment(ref _overlaps);
            }

            Interlocked.Increment(ref Counts[item]);
            Interlocked.Decrement(ref _inside[worker]);
        }
    }

    private sealed class Failing(int items, int bad) : ParallelWork
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
}
