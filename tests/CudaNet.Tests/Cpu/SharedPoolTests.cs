using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Several callers on one pool, and threads that are interrupted. Alone, because it is about who gets threads.</summary>
[Collection(nameof(Alone))]
public sealed class SharedPoolTests
{
    [Fact]
    public void Teams_do_not_see_each_others_work_or_failures()
    {
        using WorkerPool pool = new(4);
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, caller =>
        {
            WorkTeam team = new(pool);
            for (int repeat = 0; repeat < 300; repeat++)
            {
                team.BeginComputing();
                if ((caller + repeat) % 5 == 0)
                {
                    int bad = repeat % 20;
                    Assert.Equal($"item {bad}", Assert.Throws<InvalidOperationException>(() => team.Run(new FailingWork(20, bad))).Message);
                }
                else
                {
                    CountingWork work = new(20, 4) { Length = 20 };
                    team.Run(work);
                    work.AssertComplete();
                }

                team.EndComputing();
            }
        });
    }

    [Theory]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 1)]
    [InlineData(2, 5, 1)]
    [InlineData(4, 1, 4)]
    [InlineData(4, 2, 2)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 2, 3)]
    public void A_caller_gets_its_share_of_the_threads(int threads, int callers, int expected)
    {
        using WorkerPool pool = new(threads);
        for (int other = 1; other < callers; other++)
        {
            pool.BeginComputing();
        }

        WorkTeam team = new(pool);
        team.BeginComputing();
        CountingWork work = new(64, threads);
        team.Run(work);
        work.AssertComplete();
        Assert.Equal(expected, work.SharedBy);
    }

    [Fact]
    public void No_more_threads_are_given_than_have_something_to_do()
    {
        using WorkerPool pool = new(8);
        CountingWork work = new(3, 8);
        new WorkTeam(pool).Run(work);
        Assert.Equal(3, work.SharedBy);
    }

    /// <summary>An interrupt that comes while a caller computes must neither leave work behind nor get lost.</summary>
    [Fact]
    public void An_interrupted_caller_finishes_its_work_and_is_interrupted_afterwards()
    {
        using WorkerPool pool = new(4);
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(3));
        int interrupts = 0, works = 0;
        Exception? failure = null;
        Thread caller = new(() =>
        {
            WorkTeam team = new(pool);
            try
            {
                while (!end.IsCancellationRequested)
                {
                    CountingWork work = new(200, 4) { Length = 50 };
                    team.Run(work);
                    work.AssertComplete();
                    works++;
                    try
                    {
                        Thread.Sleep(0);
                    }
                    catch (ThreadInterruptedException)
                    {
                        interrupts++;
                    }
                }
            }
#pragma warning disable CA1031 // Whatever ends the thread is what the test is about.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }
        });
        caller.Start();
        Random random = new(3);
        while (caller.IsAlive)
        {
            caller.Interrupt();
            Thread.SpinWait(random.Next(20_000));
        }

        Assert.Null(failure);
        Assert.True(works > 100 && interrupts > 100, $"{works} works, {interrupts} interrupts");
    }
}
