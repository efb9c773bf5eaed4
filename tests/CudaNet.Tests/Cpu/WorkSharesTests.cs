using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How the items of a piece of work are shared by threads.</summary>
public sealed class WorkSharesTests
{
    /// <summary>A thread that takes its own items alone has neighbours, in order, and as many as any other.</summary>
    [Theory]
    [InlineData(12, 3)]
    [InlineData(13, 3)]
    [InlineData(3, 3)]
    [InlineData(1000, 7)]
    public void Each_thread_has_a_row_of_neighbours(int items, int threads)
    {
        WorkShares shares = new(threads);
        shares.Begin(items, threads);
        List<int>[] taken = [.. Enumerable.Range(0, threads).Select(_ => new List<int>())];
        for (int turn = 0; turn < items / threads; turn++)
        {
            for (int thread = 0; thread < threads; thread++)
            {
                Assert.True(shares.TryTake(thread, out int item));
                taken[thread].Add(item);
            }
        }

        Assert.All(taken.Where(t => t.Count > 0), t => Assert.Equal(Enumerable.Range(t[0], t.Count), t));
        Assert.Equal(taken.SelectMany(t => t).Distinct().Count(), items / threads * threads);
        Assert.All(Enumerable.Range(1, threads - 1), thread => Assert.True(taken[thread].Count == 0 || taken[thread][0] > taken[thread - 1][^1]));
    }

    /// <summary>Where the others do not come, one has all of theirs, too: those that they would take last, first.</summary>
    [Fact]
    public void A_thread_alone_takes_everything_and_the_others_last_items_first()
    {
        WorkShares shares = new(4);
        shares.Begin(9, 3);
        List<int> taken = [];
        while (shares.TryTake(1, out int item))
        {
            taken.Add(item);
        }

        Assert.Equal([3, 4, 5, 8, 7, 6, 2, 1, 0], taken);
    }

    [Fact]
    public void Nothing_is_left_at_the_end()
    {
        WorkShares shares = new(2);
        shares.Begin(10, 2);
        Assert.True(shares.TryTake(0, out _));
        shares.End();
        Assert.False(shares.TryTake(0, out _));
        Assert.False(shares.TryTake(1, out _));
        shares.Begin(3, 2);
        Assert.True(shares.TryTake(1, out int item));
        Assert.Equal(1, item);
    }

    [Fact]
    public void Threads_that_take_at_once_take_each_item_once()
    {
        const int Threads = 4, Items = 20_000;
        WorkShares shares = new(Threads);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            shares.Begin(Items, Threads);
            int[] counts = new int[Items];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
            {
                while (shares.TryTake(index, out int item))
                {
                    Interlocked.Increment(ref counts[item]);
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }
}
