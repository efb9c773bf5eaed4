using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Who waits for a place gets it in the order of arrival, on a thread or on none.</summary>
public sealed class WaitingTests : NullSessionTest
{
    private static readonly AsyncLocal<string?> Flow = new();

    [Fact]
    public async Task Places_go_to_waiters_in_the_order_they_came_however_they_wait()
    {
        Session session = Open();
        List<int> order = [];
        using ObserverHandle attached = session.Observe("d", (in Observation o) => order.Add((int)o.Values[0] - (1024 * o.Layer.Index)));
        InferenceRun held = session.Start(NullValues.Input(0));
        List<Task> waiting = [];
        for (int i = 1; i <= 12; i++)
        {
            waiting.Add(Join(session, i, CancellationToken.None));
        }

        held.Dispose();
        await Task.WhenAll(waiting).WaitAsync(Patience.Limit);
        Assert.Equal(Enumerable.Range(1, 12), order);
    }

    [Fact]
    public async Task A_waiter_that_is_cancelled_lets_the_next_one_forward()
    {
        Session session = Open();
        using CancellationTokenSource source = new();
        InferenceRun held = session.Start(NullValues.Input(0));
        Task[] waiting = [.. Enumerable.Range(1, 6).Select(i => Join(session, i, i is 2 or 3 or 6 ? source.Token : default))];
        await source.CancelAsync();
        foreach (int index in (int[])[1, 2, 5])
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[index].WaitAsync(Patience.Limit));
        }

        held.Dispose();
        await Task.WhenAll(waiting[0], waiting[3], waiting[4]).WaitAsync(Patience.Limit);
        Assert.Equal(4, Backend.Ledger.Started.Value);
    }

    [Fact]
    public async Task A_place_that_was_given_to_a_waiter_is_nobody_elses()
    {
        Session session = Open();
        Gate gate = Backend.Gate = new Gate("d", first: 1);
        InferenceRun held = session.Start(NullValues.Input(0));
        Task<Tensor> waiting = Join(session, 1, default);
        held.Dispose();
        using CancellationTokenSource source = new();
        Task<Tensor> late = Patience.OnThread(() => session.Predict(NullValues.Input(2), source.Token));
        gate.AwaitArrival();
        await Patience.AssertPending(late);
        gate.Open();
        Assert.Equal(Output(1), (await waiting).Values.ToArray());
        Assert.Equal(Output(2), (await late).Values.ToArray());
    }

    [Fact]
    public async Task Whoever_waits_hears_that_the_session_is_disposed_of()
    {
        Session session = Open();
        InferenceRun held = session.Start(NullValues.Input(0));
        Task[] waiting = [.. Enumerable.Range(1, 6).Select(i => Join(session, i, default))];
        session.Dispose();
        foreach (Task task in waiting)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Patience.Limit));
        }

        Assert.Equal(0, Backend.Ledger.Released.Value);
        held.Dispose();
        Assert.Equal(1, Backend.Ledger.Released.Value);
    }

    [Fact]
    public async Task An_interrupted_waiter_takes_no_place_along()
    {
        Session session = Open();
        InferenceRun held = session.Start(NullValues.Input(0));
        Exception? caught = null;
        Thread waiter = new(() => caught = Record.Exception(() => session.Predict(NullValues.Input(1))));
        waiter.Start();
        Task<Tensor> second = Join(session, 2, default);
        waiter.Interrupt();
        Assert.True(waiter.Join(Patience.Limit));
        Assert.IsType<ThreadInterruptedException>(caught);
        held.Dispose();
        Assert.Equal(Output(2), (await second.WaitAsync(Patience.Limit)).Values.ToArray());
        Assert.Equal(Output(3), session.Predict(NullValues.Input(3)).Values.ToArray());
    }

    [Fact]
    public async Task Waiting_asynchronously_holds_no_thread()
    {
        Session session = Open();
        InferenceRun held = session.Start(NullValues.Input(0));
        int threads = ThreadPool.ThreadCount;
        Task<Tensor>[] waiting = await Patience.OnThread(() => Enumerable.Range(1, 100).Select(i => session.PredictAsync(NullValues.Input(i))).ToArray());
        await Patience.AssertPending(Task.WhenAny(waiting));
        Assert.True(ThreadPool.ThreadCount <= threads + 4, $"{ThreadPool.ThreadCount} pool threads, {threads} before");
        Task<int> free = Task.Run(() => 1);
        Assert.Equal(1, await free.WaitAsync(Patience.Limit));
        held.Dispose();
        Tensor[] outputs = await Task.WhenAll(waiting).WaitAsync(Patience.Limit);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => Output(i)), outputs.Select(o => o.Values.ToArray()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_callers_execution_context_flows_to_the_observer(bool waits)
    {
        Session session = Open();
        Flow.Value = "observer's";
        string? seen = null;
        using ObserverHandle attached = session.Observe("d", (in Observation o) => seen = o.Tag is null ? seen : Flow.Value);
        InferenceRun? held = waits ? session.Start(NullValues.Input(0)) : null;
        Task running = Patience.OnThread(() =>
        {
            Flow.Value = "caller's";
            return session.PredictAsync(NullValues.Input(1), tag: 1);
        }).Unwrap();
        if (waits)
        {
            await Patience.AssertPending(running);
            Flow.Value = "freer's";
            held?.Dispose();
        }

        await running.WaitAsync(Patience.Limit);
        Assert.Equal("caller's", seen);
    }

    /// <summary>A waiter that has joined the queue when this returns: odd ones on a thread, even ones on none.</summary>
    private static Task<Tensor> Join(Session session, int first, CancellationToken cancellation)
    {
        if (first % 2 == 0)
        {
            Task<Task<Tensor>> joined = Patience.OnThread(() => session.PredictAsync(NullValues.Input(first), cancellation));
            Patience.Until(() => joined.IsCompleted, "a waiter");
            return joined.Unwrap();
        }

        Thread? thread = null;
        Task<Tensor> waiting = Patience.OnThread(() =>
        {
            Volatile.Write(ref thread, Thread.CurrentThread);
            return session.Predict(NullValues.Input(first), cancellation);
        });
        Patience.Until(() => (Volatile.Read(ref thread)?.ThreadState & ThreadState.WaitSleepJoin) == ThreadState.WaitSleepJoin, "a waiter");
        return waiting;
    }
}
