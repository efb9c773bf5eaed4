using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>
/// An interrupt that comes while a caller waits for its workers must neither leave work behind nor get lost. Each on a thread of its own, so that
/// what is left of an interrupt goes with it.
/// </summary>
[Collection(nameof(Alone))]
public sealed class InterruptedCallerTests
{
    private const int Threads = 4;

    [Fact]
    public void An_interrupt_before_the_work_is_still_there_after_it() => OnAThread(() =>
    {
        using WorkerPool pool = new(Threads);
        Thread.Sleep(5);
        CountingWork work = new(200, Threads) { Length = 50 };
        Thread.CurrentThread.Interrupt();
        new WorkTeam(pool).Run(work);
        work.AssertComplete();
        Assert.Throws<ThreadInterruptedException>(() => Thread.Sleep(1));
    });

    [Fact]
    public void An_interrupt_before_disposal_is_still_there_after_it() => OnAThread(() =>
    {
        WorkerPool pool = new(Threads);
        Thread.CurrentThread.Interrupt();
        pool.Dispose();
        Assert.Throws<ThreadInterruptedException>(() => Thread.Sleep(1));
    });

    [Fact]
    public void An_interrupt_before_a_lock_is_still_there_inside()
    {
        Lock held = new();
        using ManualResetEventSlim waits = new();
        using Lock.Scope scope = held.EnterScope();
        Thread waiter = new(() =>
        {
            Thread.CurrentThread.Interrupt();
            waits.Set();
            using Lock.Scope inside = Uninterrupted.Enter(held);
        });
        waiter.Start();
        waits.Wait(TestContext.Current.CancellationToken);
        Assert.False(waiter.Join(50));
        scope.Dispose();
        waiter.Join();
    }

    [Fact]
    public void Work_that_returns_or_throws_among_interrupts_is_over()
    {
        using WorkerPool pool = new(Threads);
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(3));
        int works = 0, interrupts = 0;
        Exception? failure = null;
        Thread caller = new(() =>
        {
            WorkTeam team = new(pool);
            failure = Record.Exception(() =>
            {
                while (!end.IsCancellationRequested)
                {
                    CountingWork work = new(200, Threads) { Length = 50 };
                    team.Run(work);
                    work.AssertComplete();
                    FailingWork failing = new(200, works++ % 200);
                    Assert.Throws<InvalidOperationException>(() => team.Run(failing));
                    Assert.False(failing.IsRunning);
                    interrupts += Record.Exception(() => Thread.Sleep(0)) is ThreadInterruptedException ? 1 : 0;
                }
            });
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

    private static void OnAThread(Action test)
    {
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(test));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
