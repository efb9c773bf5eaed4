using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Several runs of one session in flight, on one thread and on many.</summary>
public sealed class ConcurrentRunTests : NullSessionTest
{
    [Fact]
    public void One_thread_may_pull_as_many_runs_as_there_are_places()
    {
        Session session = Open(places: 3);
        InferenceRun[] runs = [.. Enumerable.Range(1, 3).Select(i => session.Start(NullValues.Input(i), ["b", "h"]))];
        Assert.Equal(3, Backend.Ledger.InFlight);
        for (int stage = 0; stage < 2; stage++)
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.True(runs[i].Next(out Observation observation));
                NullValues.AssertOf(i + 1, in observation);
            }
        }

        Assert.Equal([Output(1), Output(2), Output(3)], runs.Select(r => r.Output.ToArray()));
        Array.ForEach(runs, r => r.Dispose());
    }

    [Fact]
    public async Task Whole_runs_are_in_flight_side_by_side()
    {
        Session session = Open(places: 2);
        Gate gate = Backend.Gate = new Gate("d");
        Task<Tensor> first = Patience.OnThread(() => session.Predict(NullValues.Input(1))), second = session.PredictAsync(NullValues.Input(2));
        gate.AwaitArrival(runs: 2);
        Task<Tensor> third = session.PredictAsync(NullValues.Input(3));
        await Patience.AssertPending(third);
        Assert.Equal(2, Backend.Ledger.InFlight);
        gate.Open();
        Assert.Equal([Output(1), Output(2), Output(3)], (await Task.WhenAll(first, second, third)).Select(t => t.Values.ToArray()));
        Assert.Equal(2, Backend.Ledger.MostInFlight);
    }

    [Fact]
    public async Task A_thread_that_holds_a_run_may_not_wait_for_itself()
    {
        Session session = Open(places: 2);
        using InferenceRun first = session.Start(NullValues.Input(1));
        Task<Tensor> waiting;
        using (session.Start(NullValues.Input(2)))
        {
            // What flows with the execution does not hide who would wait for himself.
            new AsyncLocal<int>().Value = 1;
            Assert.Throws<InvalidOperationException>(() => session.Start(NullValues.Input(3)));
            Assert.Throws<InvalidOperationException>(() => session.Predict(NullValues.Input(3)));
            waiting = session.PredictAsync(NullValues.Input(3));
        }

        Assert.Equal(Output(3), (await waiting.WaitAsync(Patience.Limit)).Values.ToArray());
    }

    [Fact]
    public void With_a_place_free_a_thread_that_holds_a_run_may_start_another()
    {
        Session session = Open(places: 2);
        using InferenceRun held = session.Start(NullValues.Input(1), ["d"]);
        Assert.Equal(Output(2), session.Predict(NullValues.Input(2)).Values.ToArray());
        Assert.True(held.Next(out Observation observation));
        NullValues.AssertOf(1, in observation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_callback_may_run_its_own_session_where_a_place_is_free(int places)
    {
        Session session = Open(places);
        float[]? inner = null;
        Task? asynchronous = null;
        using ObserverHandle attached = session.Observe("d", (in Observation o) =>
        {
            if (o.Tag is null)
            {
                asynchronous ??= session.RunAsync(NullValues.Input(3), new float[16], tag: "inner");
                Assert.Equal(places == 1, asynchronous.IsFaulted);
                Patience.Until(() => asynchronous.IsCompleted, "the asynchronous run");
                inner = session.Predict(NullValues.Input(2), tag: "inner").Values.ToArray();
            }
        });
        if (places == 1)
        {
            Assert.Throws<InvalidOperationException>(() => session.Predict(NullValues.Input(1)));
            Assert.IsType<InvalidOperationException>(asynchronous!.Exception!.InnerException);
            Assert.Equal(Output(1), session.Predict(NullValues.Input(1), tag: "outer").Values.ToArray());
        }
        else
        {
            Assert.Equal(Output(1), session.Predict(NullValues.Input(1)).Values.ToArray());
            Assert.Equal(Output(2), inner);
        }
    }

    [Fact]
    public async Task Nobody_computes_for_another()
    {
        Session session = Open(places: 2);
        int strangers = 0;
        using ObserverHandle attached = session.Observe("d", (in Observation o) =>
        {
            int here = Environment.CurrentManagedThreadId;
            (int caller, bool isSynchronous) = ((int, bool))o.Tag!;
            if ((caller == here) != isSynchronous)
            {
                Interlocked.Increment(ref strangers);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Patience.OnThread(() =>
        {
            int caller = Environment.CurrentManagedThreadId;
            for (int i = 0; i < 2000; i++)
            {
                Tensor input = NullValues.Input(i);
                Tensor output = worker < 3
                    ? session.Predict(input, tag: (caller, true))
                    : session.PredictAsync(input, tag: (caller, false)).GetAwaiter().GetResult();
                Assert.Equal(Output(i), output.Values.ToArray());
            }
        })));
        Assert.Equal(0, strangers);
    }
}
