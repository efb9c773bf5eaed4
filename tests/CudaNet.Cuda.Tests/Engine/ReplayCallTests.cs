using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The native calls of a pass of ResNet-18 that is one launch of a graph, every one of them: nothing is allocated, made, set or asked.</summary>
public sealed class ReplayCallTests
{
    /// <summary>All stages of a step, a shortcut's batch norm, which is computed beside, and what is stored anyway.</summary>
    private static readonly string[] Some = ["layer2.0.conv2", "layer2.0.bn2", "layer2.0.add", "layer2.0.act2", "layer2.0.downsample.1", "global_pool"];

    public static TheoryData<ArithmeticPrecision, int> Cases
    {
        get
        {
            TheoryData<ArithmeticPrecision, int> cases = [];
            foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>())
            {
                cases.Add(precision, 0);
                cases.Add(precision, 1);
                cases.Add(precision, Some.Length);
            }

            return cases;
        }
    }

    /// <summary>Push, launch, wait, pop; one more for each observed layer.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_is_four_calls_and_one_for_each_observed_layer(ArithmeticPrecision precision, int observed)
    {
        using Replay replay = new(precision);
        Session session = replay.Open(observed);
        float[] logits = new float[10];
        session.Run(replay.Input, logits);
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 1,
                ["cuGraphLaunch"] = 1,
                ["cuEventSynchronize"] = observed,
                ["cuStreamSynchronize"] = 1,
                ["cuCtxPopCurrent_v2"] = 1,
            },
            () => session.Run(replay.Input, logits));
    }

    /// <summary>Start, each layer and the end are calls of their own, maybe on threads of their own: each pushes and pops.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pulled_run_is_three_calls_a_layer(ArithmeticPrecision precision, int observed)
    {
        using Replay replay = new(precision);
        Session session = replay.Open(0);
        LayerSelection layers = session.Select(Some.AsSpan(0, observed));
        Pull();
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 2 + observed,
                ["cuGraphLaunch"] = 1,
                ["cuEventSynchronize"] = observed,
                ["cuStreamSynchronize"] = 1,
                ["cuCtxPopCurrent_v2"] = 2 + observed,
            },
            Pull);

        void Pull()
        {
            using InferenceRun run = session.Start(replay.Input, layers);
            run.Complete();
        }
    }

    /// <summary>Push, wait, head, launch, tail, record, pop; one more for each observed layer, and nobody waits for the output.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_on_the_device_is_seven_calls_and_one_for_each_observed_layer(ArithmeticPrecision precision, int observed)
    {
        using Replay replay = new(precision);
        Session session = replay.Open(observed);
        using DeviceCaller caller = new(replay.Backend, replay.Input.Shape, new TensorShape(1, 10));
        using DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, replay.Input.Shape), caller.Events);
        session.Enqueue(binding);
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 1,
                ["cuStreamWaitEvent"] = 1,
                ["cuLaunchKernel"] = 1,
                ["cuGraphLaunch"] = 1,
                ["cuEventSynchronize"] = observed,
                ["cuMemcpyDtoDAsync_v2"] = 1,
                ["cuEventRecord"] = 1,
                ["cuCtxPopCurrent_v2"] = 1,
            },
            () => session.Enqueue(binding));
    }

    /// <summary>By a stream instead of events: a record and a wait more.</summary>
    [Fact]
    public void A_run_in_the_callers_stream_is_nine_calls()
    {
        using Replay replay = new(ArithmeticPrecision.Float16);
        Session session = replay.Open(0);
        using DeviceCaller caller = new(replay.Backend, replay.Input.Shape, new TensorShape(1, 10));
        using DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, replay.Input.Shape), new DeviceOrder { Stream = caller.Stream.NativeHandle });
        session.Enqueue(binding);
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 1,
                ["cuEventRecord"] = 2,
                ["cuStreamWaitEvent"] = 2,
                ["cuLaunchKernel"] = 1,
                ["cuGraphLaunch"] = 1,
                ["cuMemcpyDtoDAsync_v2"] = 1,
                ["cuCtxPopCurrent_v2"] = 1,
            },
            () => session.Enqueue(binding));
    }

    /// <summary>Bytes go up and are normalised before the graph, for the statistics are the binding's.</summary>
    [Fact]
    public void A_run_on_images_is_six_calls()
    {
        using Replay replay = new(ArithmeticPrecision.Float16);
        Session session = replay.Open(0);
        ImageBinding binding = new(new byte[replay.Input.Shape.ElementCount], replay.Input.Shape, Preprocessing.Timm, new float[10]);
        session.Run(binding);
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 1,
                ["cuMemcpyHtoDAsync_v2"] = 1,
                ["cuLaunchKernel"] = 1,
                ["cuGraphLaunch"] = 1,
                ["cuStreamSynchronize"] = 1,
                ["cuCtxPopCurrent_v2"] = 1,
            },
            () => session.Run(binding));
    }

    /// <summary>Prepare does the first run's work: the very first run is a replay.</summary>
    [Fact]
    public void The_first_run_after_Prepare_is_a_replay()
    {
        using Replay replay = new(ArithmeticPrecision.BFloat16);
        int heard = 0;
        Session session = replay.Open(0);
        session.Observe(Some[0], (in Observation _) => heard++);
        session.Prepare(replay.Input.Shape);
        Assert.Equal(0, heard);
        replay.AssertCalls(
            new()
            {
                ["cuCtxPushCurrent_v2"] = 1,
                ["cuGraphLaunch"] = 1,
                ["cuEventSynchronize"] = 1,
                ["cuStreamSynchronize"] = 1,
                ["cuCtxPopCurrent_v2"] = 1,
            },
            () => session.Predict(replay.Input));
        Assert.Equal(1, heard);
    }

    /// <summary>
    /// One node for each copy and kernel, and three for an observed layer: its order, its copy, its mark. 20 convolutions, of two nodes each, as cuDNN computes
    /// indices beforehand; 21 launches, two copies. A shortcut's batch norm is a launch more, and the pooled features are in order already.
    /// </summary>
    [Theory]
    [InlineData(0, 63)]
    [InlineData(1, 63 + 3)]
    [InlineData(6, 63 + (6 * 3) + 1 - 1)]
    public void The_graph_has_the_plans_nodes(int observed, int nodes)
    {
        using Replay replay = new(ArithmeticPrecision.Float32);
        Session session = replay.Open(observed);
        session.Predict(replay.Input);
        Assert.Equal($"one launch of a graph of {nodes} nodes", Assert.Single(session.Loaded).PassText);
    }

    /// <summary>A machine with sessions of ResNet-18, and the calls of what is done there.</summary>
    private sealed class Replay : IDisposable
    {
        private readonly EmulatedMachine _machine = new();
        private readonly List<Session> _sessions = [];

        public Replay(ArithmeticPrecision precision) => Backend = _machine.Backend(new CudaOptions { Precision = precision });

        public CudaBackend Backend { get; }

        public Tensor Input { get; } = Formula.Input(1, 3, 32, 32);

        public Session Open(int observed)
        {
            using Model model = TestModels.Create("resnet18");
            Session session = new(model, Backend);
            _sessions.Add(session);
            foreach (string layer in Some[..observed])
            {
                session.Observe(layer, (in Observation _) => { });
            }

            return session;
        }

        public void AssertCalls(Dictionary<string, long> expected, Action action)
        {
            Dictionary<string, long> actual = _machine.CallsOf(action);
            Assert.Equal(expected.Where(c => c.Value > 0).OrderBy(c => c.Key, StringComparer.Ordinal), actual.OrderBy(c => c.Key, StringComparer.Ordinal));
        }

        public void Dispose()
        {
            _sessions.ForEach(s => s.Dispose());
            _machine.Dispose();
        }
    }
}
