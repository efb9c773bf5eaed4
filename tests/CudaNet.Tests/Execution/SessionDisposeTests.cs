using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Whom <see cref="Session.Dispose"/> waits for, and what the others hear.</summary>
public sealed class SessionDisposeTests : NullSessionTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whole_runs_on_other_threads_are_waited_for(bool isAsync)
    {
        Session session = Open();
        Gate gate = Backend.Gate = new Gate("d");
        Task<Tensor> running = isAsync ? session.PredictAsync(NullValues.Input(1)) : Patience.OnThread(() => session.Predict(NullValues.Input(1)));
        gate.AwaitArrival();
        Task disposing = Patience.OnThread(session.Dispose);
        await Patience.AssertPending(disposing);
        Assert.Throws<ObjectDisposedException>(() => session.Predict(NullValues.Input(2)));
        Assert.Equal(0, Backend.Ledger.Released.Value);
        gate.Open();
        Assert.Equal(Output(1), (await running).Values.ToArray());
        await disposing.WaitAsync(Patience.Limit);
        Assert.Equal(1, Backend.Ledger.Released.Value);
    }

    [Fact]
    public void A_callback_may_dispose_of_its_session_which_ends_its_run()
    {
        Session session = Open();
        int after = 0;
        session.Observe("d", (in Observation o) => session.Dispose());
        session.Observe("e", (in Observation o) => after++);
        Assert.Throws<ObjectDisposedException>(() => session.Predict(NullValues.Input(1)));
        Assert.Equal((0, 1), (after, Backend.Ledger.Released.Value));
    }

    [Fact]
    public async Task From_a_callback_other_runs_are_not_waited_for_and_the_last_one_releases()
    {
        Session session = Open(places: 2);
        Gate gate = Backend.Gate = new Gate("g", first: 1);
        Task<Tensor> running = Patience.OnThread(() => session.Predict(NullValues.Input(1)));
        gate.AwaitArrival();
        session.Observe("d", (in Observation o) => session.Dispose());
        Assert.Throws<ObjectDisposedException>(() => session.Predict(NullValues.Input(2)));
        Assert.Equal(0, Backend.Ledger.Released.Value);
        gate.Open();
        Assert.Equal(Output(1), (await running).Values.ToArray());
        Patience.Until(() => Backend.Ledger.Released.Value == 1, "the last run");
    }

    [Fact]
    public void Pulled_runs_are_not_waited_for_and_the_last_one_releases()
    {
        Session session = Open(places: 2);
        InferenceRun first = session.Start(NullValues.Input(1), ["d", "h"]), second = session.Start(NullValues.Input(2), ["d"]);
        Assert.True(first.Next(out Observation held));
        session.Dispose();
        NullValues.AssertOf(1, in held);
        Assert.Throws<ObjectDisposedException>(() => first.Next(out _));
        Assert.Equal((1, 0), (Backend.Ledger.InFlight, Backend.Ledger.Released.Value));
        second.Dispose();
        Assert.Equal((0, 1), (Backend.Ledger.InFlight, Backend.Ledger.Released.Value));
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_pulled_run_in_the_midst_of_a_call_ends_at_its_next_step()
    {
        Session session = Open();
        Gate gate = Backend.Gate = new Gate("d");
        InferenceRun run = session.Start(NullValues.Input(1));
        Task pulling = Patience.OnThread(run.Complete);
        gate.AwaitArrival();
        session.Dispose();
        gate.Open();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pulling);
        Assert.Equal(1, Backend.Ledger.Released.Value);
    }

    [Fact]
    public void A_session_that_is_disposed_of_says_so_to_every_call()
    {
        Session session = Open();
        LayerSelection selection = session.Select("d");
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Observe("d", (in Observation o) => { }));
        Assert.Throws<ObjectDisposedException>(() => session.Predict(NullValues.Input(1)));
        Assert.Throws<ObjectDisposedException>(() => session.Start(NullValues.Input(1), selection));
        Assert.Throws<ObjectDisposedException>(() => session.Extract(NullValues.Input(1), selection));
        Assert.Throws<ObjectDisposedException>(() => session.Prepare(new TensorShape(1, 3, 2, 2)));
        Assert.Throws<ObjectDisposedException>(() => session.Memory);
    }

    [Fact]
    public async Task Starting_races_with_disposing_and_nothing_is_left()
    {
        for (int i = 0; i < 300; i++)
        {
            Session session = Open(places: 2);
            using Barrier barrier = new(4);
            Task[] racing = [.. Enumerable.Range(0, 4).Select(worker => Patience.OnThread(() =>
            {
                barrier.SignalAndWait();
                Thread.SpinWait(i % 40);
                try
                {
                    (worker == 0 ? session.Dispose : worker == 1 ? () => session.Start(NullValues.Input(1)).Dispose() : (Action)(() => session.Predict(NullValues.Input(2))))();
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            await Task.WhenAll(racing).WaitAsync(Patience.Limit);
            Backend.Ledger.AssertClean();
        }
    }
}
