using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Attached observers: whom they hear, in what order, and what detaching waits for.</summary>
public sealed class ObserverHandleTests : NullSessionTest
{
    [Fact]
    public void A_disposed_handle_never_fires_again()
    {
        Session session = Open();
        int calls = 0;
        using (session.Observe("d", (in Observation o) => calls++))
        {
            session.Predict(NullValues.Input(1));
            session.Predict(NullValues.Input(2));
        }

        session.Predict(NullValues.Input(3));
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Observers_see_their_layer_in_execution_order_on_the_callers_thread()
    {
        Session session = Open();
        List<string> seen = [];
        int thread = Environment.CurrentManagedThreadId;
        foreach (string name in (string[])["i", "f", "b", "a", "input", "f"])
        {
            session.Observe(name, (in Observation o) =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                NullValues.AssertOf(1, in o);
                seen.Add(o.Name);
            });
        }

        session.Predict(NullValues.Input(1));
        Assert.Equal(["input", "a", "b", "f", "f", "i"], seen);
    }

    [Fact]
    public void A_callback_may_attach_and_detach_observers()
    {
        Session session = Open();
        List<string> seen = [];
        List<ObserverHandle> handles = [];
        handles.Add(session.Observe("b", (in Observation o) =>
        {
            seen.Add(o.Name);
            handles[1].Dispose();
            handles[0].Dispose();
            session.Observe("g", (in Observation later) => seen.Add(later.Name));
        }));
        handles.Add(session.Observe("d", (in Observation o) => seen.Add(o.Name)));
        session.Predict(NullValues.Input(1));
        session.Predict(NullValues.Input(1));
        Assert.Equal(["b", "g"], seen);
    }

    [Fact]
    public async Task Several_runs_call_one_observer_at_once()
    {
        Session session = Open(places: 2);
        using Barrier both = new(2);
        bool met = true;
        using ObserverHandle attached = session.Observe("d", (in Observation o) => met &= both.SignalAndWait(Patience.Limit));
        await Task.WhenAll(Patience.OnThread(() => session.Predict(NullValues.Input(1))), Patience.OnThread(() => session.Predict(NullValues.Input(2))));
        Assert.True(met);
    }

    [Fact]
    public async Task Disposing_waits_for_calls_on_other_threads_while_runs_go_on()
    {
        Session session = Open(places: 3);
        using CountdownEvent inside = new(2);
        using ManualResetEventSlim release = new();
        ObserverHandle attached = session.Observe("d", (in Observation o) =>
        {
            inside.Signal();
            Assert.True(release.Wait(Patience.Limit));
        });
        Task[] running = [.. Enumerable.Range(1, 2).Select(i => Patience.OnThread(() => session.Predict(NullValues.Input(i))))];
        Assert.True(inside.Wait(Patience.Limit));
        Task disposing = Patience.OnThread(attached.Dispose);
        await Patience.AssertPending(disposing);
        Assert.Equal(Output(3), session.Predict(NullValues.Input(3)).Values.ToArray());
        Assert.False(disposing.IsCompleted);
        release.Set();
        await disposing.WaitAsync(Patience.Limit);
        await Task.WhenAll(running);
        attached.Dispose();
    }

    [Fact]
    public async Task Two_callbacks_may_detach_each_other()
    {
        Session session = Open(places: 2);
        using Barrier both = new(2);
        ObserverHandle? first = null;
        ObserverHandle other = session.Observe("e", (in Observation o) =>
        {
            Assert.True(both.SignalAndWait(Patience.Limit));
            first!.Dispose();
        });

        // The second run began before the first layer was observed: each run is inside another callback.
        InferenceRun second = session.Start(NullValues.Input(2));
        first = session.Observe("c", (in Observation o) =>
        {
            Assert.True(both.SignalAndWait(Patience.Limit));
            other.Dispose();
        });
        Task[] running = [Patience.OnThread(second.Complete), Patience.OnThread(() => session.Predict(NullValues.Input(1)))];
        await Task.WhenAll(running).WaitAsync(Patience.Limit);
        second.Dispose();
    }

    [Fact]
    public async Task A_handle_disposed_on_another_thread_is_not_called_afterwards()
    {
        Session session = Open(places: 2);
        using CancellationTokenSource end = new();
        Task[] running = [.. Enumerable.Range(0, 2).Select(i => Patience.OnThread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                session.Predict(NullValues.Input(i));
            }
        }))];
        int late = 0;
        for (int i = 0; i < 300; i++)
        {
            bool disposed = false;
            ObserverHandle handle = session.Observe("d", (in Observation o) =>
            {
                Thread.SpinWait(500);
                late += Volatile.Read(ref disposed) ? 1 : 0;
            });
            Thread.SpinWait(i * 20);
            handle.Dispose();
            Volatile.Write(ref disposed, true);
        }

        await end.CancelAsync();
        await Task.WhenAll(running);
        Assert.Equal(0, late);
    }

    [Fact]
    public void A_layer_that_does_not_exist_is_named()
    {
        Session session = Open();
        Assert.Throws<LayerNotFoundException>(() => session.Observe("z", (in Observation o) => { }));
        Assert.Throws<LayerNotFoundException>(() => session.Start(NullValues.Input(1), ["z"]));
        Assert.Throws<LayerNotFoundException>(() => session.Select("d", "z"));
        session.Predict(NullValues.Input(1));
    }
}
