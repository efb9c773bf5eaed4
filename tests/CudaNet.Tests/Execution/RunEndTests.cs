using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>The ways in which a pulled run ends: disposed of, abandoned, by an observer. None of them reaches another run.</summary>
public sealed class RunEndTests : NullSessionTest
{
    [Fact]
    public void Copies_of_an_old_run_cannot_touch_a_later_one()
    {
        Session session = Open();
        InferenceRun old = session.Start(NullValues.Input(1), ["d"]);
        InferenceRun copy = old;
        Assert.Equal(old, copy);
        old.Dispose();
        using InferenceRun later = session.Start(NullValues.Input(2), ["d"]);
        Assert.NotEqual(old, later);
        copy.Abandon();
        copy.Dispose();
        old.Dispose();
        Patience.Elsewhere(copy.Abandon);
        Patience.Elsewhere(copy.Dispose);
        Assert.Throws<ObjectDisposedException>(() => copy.Next(out _));
        Assert.True(later.Next(out Observation observation));
        NullValues.AssertOf(2, in observation);
        Assert.Equal(Output(2), later.Output.ToArray());
    }

    [Fact]
    public async Task A_call_during_another_is_refused_and_harms_nothing()
    {
        Session session = Open();
        Gate gate = Backend.Gate = new Gate("d");
        using InferenceRun run = session.Start(NullValues.Input(1), ["d"]);
        Task<float> pulling = Patience.OnThread(() => run.Next(out Observation o) ? o.Values[0] : 0);
        gate.AwaitArrival();
        Assert.Throws<InvalidOperationException>(() => run.Next(out _));
        Assert.Throws<InvalidOperationException>(() => run.Output.Length);
        Assert.Throws<InvalidOperationException>(() => run.Tag);
        gate.Open();
        Assert.Equal(NullValues.At(Graph.Find("d").Index, 0, 1), await pulling);
        Assert.Equal(Output(1), run.Output.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_another_thread_ends_during_a_call_ends_at_its_next_step(bool disposes)
    {
        Session session = Open();
        Gate gate = Backend.Gate = new Gate("d");
        InferenceRun run = session.Start(NullValues.Input(1), ["h"]);
        int after = 0;
        using ObserverHandle attached = session.Observe("e", (in Observation o) => after++);
        Task pulling = Patience.OnThread(() => run.Next(out _));
        gate.AwaitArrival();
        End(run, disposes);
        await Patience.AssertPending(pulling);
        gate.Open();
        await Assert.ThrowsAsync<OperationCanceledException>(() => pulling);
        Assert.Equal(0, after);
        Assert.Throws<ObjectDisposedException>(() => run.Next(out _));
        Assert.Equal(Output(2), session.Predict(NullValues.Input(2)).Values.ToArray());
    }

    [Fact]
    public async Task A_run_that_another_thread_abandons_between_calls_ends_at_its_next_call()
    {
        Session session = Open();
        InferenceRun run = session.Start(NullValues.Input(1), ["d", "h"]);
        Assert.True(run.Next(out Observation held));
        Patience.Elsewhere(run.Abandon);
        Task<Tensor> waiting = Patience.OnThread(() => session.Predict(NullValues.Input(2)));
        Thread.Sleep(Patience.Glance);
        Assert.False(waiting.IsCompleted);
        NullValues.AssertOf(1, in held);
        Assert.Throws<OperationCanceledException>(() => run.Next(out _));
        Assert.Equal(Output(2), (await waiting).Values.ToArray());
    }

    [Fact]
    public void The_holder_abandons_at_once()
    {
        Session session = Open();
        InferenceRun run = session.Start(NullValues.Input(1), ["d", "h"]);
        Assert.True(run.Next(out _));
        run.Abandon();
        Assert.Equal(0, Backend.Ledger.InFlight);
        session.Predict(NullValues.Input(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_callback_may_end_its_own_run(bool disposes)
    {
        Session session = Open();
        InferenceRun run = default;
        int after = 0;
        using ObserverHandle first = session.Observe("d", (in Observation o) => End(run, disposes));
        using ObserverHandle second = session.Observe("e", (in Observation o) => after++);
        run = session.Start(NullValues.Input(1), ["h"]);
        Assert.Throws<OperationCanceledException>(() => run.Next(out _));
        Assert.Equal((0, 0), (after, Backend.Ledger.InFlight));
        Assert.Throws<ObjectDisposedException>(() => run.Next(out _));
    }

    [Fact]
    public void A_throwing_observer_ends_the_run_that_pulls_and_no_other()
    {
        Session session = Open(places: 2);
        using ObserverHandle attached = session.Observe("d", (in Observation o) => throw new InvalidDataException($"of {o.Tag}"));
        InferenceRun first = session.Start(NullValues.Input(1), ["h"], tag: 1), second = session.Start(NullValues.Input(2), ["h"], tag: 2);
        Assert.Equal("of 1", Assert.Throws<InvalidDataException>(() => first.Next(out _)).Message);
        Assert.Throws<ObjectDisposedException>(() => first.Next(out _));
        Assert.Equal(1, Backend.Ledger.InFlight);
        attached.Dispose();
        Assert.Equal(Output(2), second.Output.ToArray());
        second.Dispose();
    }

    [Fact]
    public async Task Disposing_races_with_calls_and_always_frees_the_place()
    {
        const int rounds = 20_000;
        Session session = Open();
        InferenceRun run = default;
        int begun = 0, disposed = 0;
        Task disposing = Patience.OnThread(() =>
        {
            for (int i = 1; i <= rounds; i++)
            {
                Patience.SpinUntil(ref begun, i);
                Thread.SpinWait(i % 20);
                run.Dispose();
                Volatile.Write(ref disposed, i);
            }
        });
        for (int i = 1; i <= rounds; i++)
        {
            run = session.Start(NullValues.Input(i), ["a", "b", "c", "d"]);
            Volatile.Write(ref begun, i);
            try
            {
                run.Next(out _);
            }
            catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
            {
                // Ended during this call, before it, or right now.
            }

            Patience.SpinUntil(ref disposed, i);
            Assert.Equal(0, Backend.Ledger.InFlight);
        }

        await disposing;
    }

    private static void End(InferenceRun run, bool disposes)
    {
        if (disposes)
        {
            run.Dispose();
        }
        else
        {
            run.Abandon();
        }
    }
}
