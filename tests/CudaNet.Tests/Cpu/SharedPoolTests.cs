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

    /// <summary>Also where the threads cannot be divided evenly nobody has two more than another.</summary>
    [Theory]
    [InlineData(3, 2, "1 2")]
    [InlineData(5, 3, "1 2 2")]
    [InlineData(10, 4, "2 2 3 3")]
    [InlineData(16, 5, "3 3 3 3 4")]
    [InlineData(4, 6, "1 1 1 1 1 1")]
    public void Callers_at_one_time_divide_the_threads(int threads, int callers, string expected)
    {
        using WorkerPool pool = new(threads);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            using CountdownEvent meeting = new(callers);
            MeetingWork[] works = [.. Enumerable.Range(0, callers).Select(_ => new MeetingWork(64, meeting))];
            Array.ForEach(works, _ => pool.BeginComputing());
            Thread[] threadsOfCallers = [.. works.Select(work => new Thread(() => new WorkTeam(pool).Run(work)))];
            Array.ForEach(threadsOfCallers, t => t.Start());
            Array.ForEach(threadsOfCallers, t => t.Join());
            Array.ForEach(works, _ => pool.EndComputing());
            Assert.Equal(expected, string.Join(' ', works.Select(w => w.SharedBy).Order()));
        }

        CountingWork alone = new(64, threads);
        new WorkTeam(pool).Run(alone);
        Assert.Equal(threads, alone.SharedBy);
    }

    [Fact]
    public void No_more_threads_are_given_than_have_something_to_do()
    {
        using WorkerPool pool = new(8);
        CountingWork work = new(3, 8);
        new WorkTeam(pool).Run(work);
        Assert.Equal(3, work.SharedBy);
    }
}
