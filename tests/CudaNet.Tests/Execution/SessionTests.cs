using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a session promises, on every backend variant.</summary>
public sealed class SessionTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_disposed_handle_never_fires_again(string backend)
    {
        using Session session = Open(backend);
        int calls = 0;
        Tensor input = Formula.Input(1, 3, 40, 52);
        using (session.Observe("layer3", (in Observation o) => calls++))
        {
            session.Predict(input);
            session.Predict(input);
        }

        session.Predict(input);
        Assert.Equal(2, calls);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Observers_see_their_layer_in_execution_order_on_the_callers_thread(string backend)
    {
        using Session session = Open(backend);
        List<string> seen = [];
        int thread = Environment.CurrentManagedThreadId;
        foreach (string name in (string[])["fc", "avgpool", "layer2", "layer2.0.relu_1", "input", "layer4.0.downsample"])
        {
            session.Observe(name, (in Observation o) =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                seen.Add(o.Name);
            });
        }

        session.Predict(Formula.Input(2, 3, 40, 52));
        Assert.Equal(["input", "layer2.0.act2", "layer2.0.act2", "layer4.0.downsample.1", "global_pool", "fc"], seen);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_throwing_callback_ends_its_run_and_nothing_else(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        float[] expected = session.Predict(input).Values.ToArray();
        using (session.Observe("layer2", (in Observation o) => throw new InvalidDataException("mine")))
        {
            Assert.Equal("mine", Assert.Throws<InvalidDataException>(() => session.Predict(input)).Message);
        }

        Assert.Equal(expected, session.Predict(input).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_callback_may_attach_and_detach_observers(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        List<string> seen = [];
        List<ObserverHandle> handles = [];
        handles.Add(session.Observe("layer1", (in Observation o) =>
        {
            seen.Add(o.Name);
            handles[1].Dispose();
            handles[0].Dispose();
            session.Observe("layer3", (in Observation later) => seen.Add(later.Name));
        }));
        handles.Add(session.Observe("layer2", (in Observation o) => seen.Add(o.Name)));
        session.Predict(input);
        session.Predict(input);
        Assert.Equal(["layer1.0.act2", "layer3.0.act2"], seen);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_callback_may_not_run_its_own_session(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        using ObserverHandle handle = session.Observe("layer1", (in Observation o) => session.Predict(input));
        Assert.Throws<InvalidOperationException>(() => session.Predict(input));
        handle.Dispose();
        session.Predict(input);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Fifty_executables_share_one_set_of_weights_and_the_cache_is_bounded(string backend)
    {
        // 45 MB of weights and small images: executables that packed weights of their own would be larger than the weights.
        using Model model = TestModels.Create("resnet18");
        using Session session = new(model, Backends.Create(backend), new InferenceOptions { MaxExecutables = 50 });
        session.Prepare(new TensorShape(1, 3, 32, 32));
        long weights = session.Memory.WeightBytes;
        for (int i = 1; i < 60; i++)
        {
            using ObserverHandle handle = session.Observe(model.Graph.Nodes[i].Name, (in Observation o) => { });
            session.Prepare(new TensorShape(1, 3, 32, 32));
        }

        Assert.Equal(weights, session.Memory.WeightBytes);
        Assert.Equal(50, session.Memory.Executables);
        Assert.True(weights > 44_000_000, $"{weights} bytes of weights");
        Assert.True(session.Memory.ExecutableBytes / 50 < weights / 10, $"{session.Memory.ExecutableBytes} bytes in 50 executables beside {weights} of weights");
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_least_recently_used_executable_goes_with_its_memory(string backend)
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, Backends.Create(backend), new InferenceOptions { MaxExecutables = 2 });
        TensorShape a = new(1, 3, 32, 32), b = new(1, 3, 64, 64), c = new(1, 3, 33, 32);
        session.Prepare(a);
        long aBytes = session.Memory.ExecutableBytes;
        session.Prepare(b);
        long bBytes = session.Memory.ExecutableBytes - aBytes;
        session.Prepare(a);
        session.Prepare(c);
        Assert.Equal(2, session.Memory.Executables);
        Assert.True(session.Memory.ExecutableBytes < aBytes + bBytes, "the larger, b, was used longest ago");
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_cancelled_run_ends_between_steps_and_the_session_stays_usable(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        float[] expected = session.Predict(input).Values.ToArray();
        using CancellationTokenSource source = new();
        int after = 0;
        using (session.Observe("layer2", (in Observation o) => source.Cancel()))
        using (session.Observe("layer4", (in Observation o) => after++))
        {
            Assert.Throws<OperationCanceledException>(() => session.Predict(input, source.Token));
        }

        Assert.Equal(0, after);
        Assert.Equal(expected, session.Predict(input).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public async Task Many_threads_may_run_observe_and_detach_at_once(string backend)
    {
        using Session session = Open(backend);
        Tensor[] inputs = [Formula.Input(1, 3, 40, 52), Formula.Input(2, 3, 33, 47)];
        float[][] expected = [.. inputs.Select(i => session.Predict(i).Values.ToArray())];
        string[] layers = ["layer1", "layer2.0.bn1", "global_pool", "input"];
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, cancellation) =>
        {
            for (int i = 0; i < 10; i++)
            {
                using ObserverHandle handle = session.Observe(layers[(worker + i) % layers.Length], (in Observation o) => Assert.False(o.Values.IsEmpty));
                int which = (worker + i) % inputs.Length;
                Assert.Equal(expected[which], session.Predict(inputs[which], cancellation).Values.ToArray());
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task A_handle_disposed_on_another_thread_is_not_called_afterwards()
    {
        using Session session = Open("reference");
        Tensor input = Formula.Input(1, 3, 32, 32);
        using CancellationTokenSource end = new();
        Task running = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                session.Predict(input);
            }
        });
        int late = 0;
        for (int i = 0; i < 300; i++)
        {
            bool disposed = false;
            ObserverHandle handle = session.Observe("conv1", (in Observation o) =>
            {
                Thread.SpinWait(5000);
                late += Volatile.Read(ref disposed) ? 1 : 0;
            });
            Thread.SpinWait(i * 100);
            handle.Dispose();
            Volatile.Write(ref disposed, true);
        }

        await end.CancelAsync();
        await running;
        Assert.Equal(0, late);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Misuse_is_named(string backend)
    {
        Session session = Open(backend);
        Assert.Throws<LayerNotFoundException>(() => session.Observe("layer9", (in Observation o) => { }));
        Assert.Throws<ShapeException>(() => session.Predict(Formula.Input(1, 4, 40, 40)));
        Assert.Throws<ShapeException>(() => session.Predict(new Tensor(new TensorShape(3, 40, 40), new float[4800])));
        ShapeException exception = Assert.Throws<ShapeException>(() => session.Run(Formula.Input(2, 3, 40, 40), new float[5]));
        Assert.Contains("2×5", exception.Message, StringComparison.Ordinal);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Observe("layer1", (in Observation o) => { }));
        Assert.Throws<ObjectDisposedException>(() => session.Predict(Formula.Input(1, 3, 40, 40)));
    }

    private static Session Open(string backend)
    {
        using Model model = TestModels.Tiny();
        return new Session(model, Backends.Create(backend));
    }
}
