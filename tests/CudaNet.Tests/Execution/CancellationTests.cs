using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>A token ends the waiting, the start, and a run between its stages.</summary>
public sealed class CancellationTests : NullSessionTest
{
    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        Session session = Open();
        CancellationToken cancelled = new(canceled: true);
        Assert.Throws<OperationCanceledException>(() => session.Start(NullValues.Input(1), cancellation: cancelled));
        Assert.Throws<OperationCanceledException>(() => session.Predict(NullValues.Input(1), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.PredictAsync(NullValues.Input(1), cancelled));
        Assert.Equal((0, 0), (Backend.Ledger.Loaded.Value, Backend.Ledger.Started.Value));
        session.Predict(NullValues.Input(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waiting_ends_at_once_when_cancelled(bool isAsync)
    {
        Session session = Open();
        using CancellationTokenSource source = new();
        InferenceRun held = session.Start(NullValues.Input(1));
        Task waiting = isAsync
            ? Patience.OnThread(() => session.PredictAsync(NullValues.Input(2), source.Token)).Unwrap()
            : Patience.OnThread(() => session.Predict(NullValues.Input(2), source.Token));
        await Patience.AssertPending(waiting);
        await source.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience.Limit));
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(1, Backend.Ledger.InFlight);
        held.Dispose();
        session.Predict(NullValues.Input(3));
    }

    [Fact]
    public void A_pulled_run_ends_at_the_next_stage_after_its_token_is_cancelled()
    {
        Session session = Open();
        using CancellationTokenSource source = new();
        InferenceRun run = session.Start(NullValues.Input(1), ["a", "b", "h"], source.Token);
        Assert.True(run.Next(out _));
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => run.Next(out _));
        Assert.Throws<ObjectDisposedException>(() => run.Next(out _));
        Assert.Equal(0, Backend.Ledger.InFlight);
    }

    [Fact]
    public void A_whole_run_ends_between_stages_and_the_session_stays_usable()
    {
        Session session = Open();
        using CancellationTokenSource source = new();
        int after = 0;
        using (session.Observe("b", (in Observation o) => source.Cancel()))
        using (session.Observe("c", (in Observation o) => after++))
        {
            Assert.Throws<OperationCanceledException>(() => session.Predict(NullValues.Input(1), source.Token));
        }

        Assert.Equal(0, after);
        Assert.Equal(Output(2), session.Predict(NullValues.Input(2)).Values.ToArray());
    }

    [Fact]
    public void A_token_cancelled_after_the_end_of_its_run_reaches_no_other()
    {
        Session session = Open();
        using CancellationTokenSource source = new();
        session.Start(NullValues.Input(1), ["a"], source.Token).Dispose();
        using InferenceRun later = session.Start(NullValues.Input(2), ["a"]);
        source.Cancel();
        Assert.Equal(Output(2), later.Output.ToArray());
    }
}
