using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Waiting for other threads, not for ever.</summary>
public static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a test looks at something that should not happen.</summary>
    public static TimeSpan Glance { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs on a thread of its own.</summary>
    public static Task OnThread(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="OnThread(Action)"/>
    public static Task<TResult> OnThread<TResult>(Func<TResult> action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Runs on another thread and returns when it is done.</summary>
    public static void Elsewhere(Action action) => OnThread(action).GetAwaiter().GetResult();

    public static void Until(Func<bool> condition, string what)
    {
        if (!SpinWait.SpinUntil(condition, Limit))
        {
            Assert.Fail($"waited in vain: {what}");
        }
    }

    /// <summary>The same for a number that another thread counts up, without sleeping: for races.</summary>
    public static void SpinUntil(ref int counter, int value)
    {
        SpinWait spin = default;
        for (long start = Environment.TickCount64; Volatile.Read(ref counter) != value; spin.SpinOnce(sleep1Threshold: -1))
        {
            Assert.True(Environment.TickCount64 - start < Limit.TotalMilliseconds, $"waited in vain for {value}");
        }
    }

    /// <summary>The task does not end by itself. Holds the thread: a busy pool would bring an awaiting test back after its gates gave up.</summary>
    public static Task AssertPending(Task task)
    {
        Thread.Sleep(Glance);
        Assert.False(task.IsCompleted);
        return Task.CompletedTask;
    }
}
