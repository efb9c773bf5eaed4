using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Convolutions with what follows them by one call of cuDNN: right in every layer, the same bits whatever is observed, split where a layer or a device does not allow it.</summary>
public sealed class FusedConvolutionTests
{
    private const int Cudnn8 = 8907, Cudnn9 = 91900;
    private const int Sets = 20;
    private const int Graphs = 60;

    private static readonly Dictionary<string, EmulatedDeviceProfile> Profiles = new()
    {
        ["all"] = EmulatedDeviceProfile.Ampere,
        ["no fused call"] = EmulatedDeviceProfile.Ampere with { HasFusedConvolution = false },
        ["no channels last"] = EmulatedDeviceProfile.Ampere with { HasChannelsLast = false },
        ["only the first algorithm"] = EmulatedDeviceProfile.Ampere with { OnlyFirstAlgorithm = true },
        ["no workspace"] = EmulatedDeviceProfile.Ampere with { NoWorkspace = true },
        ["leading algorithm fails"] = EmulatedDeviceProfile.Ampere with { LeadingAlgorithmFails = true },
        ["leading workspace fails"] = EmulatedDeviceProfile.Ampere with { LeadingWorkspaceFails = true },
        ["no tensor cores"] = EmulatedDeviceProfile.Ampere with { HasTensorCores = false },
    };

    public static TheoryData<string, int> Devices
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string profile in Profiles.Keys)
            {
                rows.Add(profile, Cudnn8);
                rows.Add(profile, Cudnn9);
            }

            return rows;
        }
    }

    public static TheoryData<ArithmeticPrecision> Precisions => [.. Enum.GetValues<ArithmeticPrecision>()];

    /// <summary>A shortcut's identity activation wants the algorithm that some devices lack: it is split there, and the fused call behind it adds what it stored.</summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void Every_layer_is_right_and_no_observer_changes_a_bit_on_every_device(string name, int cudnn)
    {
        EmulatedDeviceProfile profile = Profiles[name];
        foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>().Where(p => profile.HasChannelsLast || p.Storage() == StoragePrecision.Float32))
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [profile], CudnnVersion = cudnn });
            using Model model = TestModels.Tiny();
            CudaBackend backend = Fused(machine, precision);
            Tensor input = Formula.Input(2, 3, 33, 32);
            Networks.AssertLikeReference(model, input, backend, $"{name}, {precision}");
            AssertEveryObservedSet(model, backend, input, $"{name}, {precision}");
            string[] choices = [.. Choices(backend, model.Graph, input.Shape).Where(c => c.StartsWith("cuDNN", StringComparison.Ordinal))];
            bool runsRelu = profile is { HasFusedConvolution: true, HasChannelsLast: true };
            bool runsIdentity = runsRelu && profile is { OnlyFirstAlgorithm: false, NoWorkspace: false, LeadingAlgorithmFails: false, LeadingWorkspaceFails: false };
            int shortcuts = model.Graph.Layers.Count(l => l.Name.EndsWith("downsample.0", StringComparison.Ordinal));
            Assert.Equal((runsRelu ? choices.Length - shortcuts : 0) + (runsIdentity ? shortcuts : 0), choices.Count(c => c.EndsWith(", fused", StringComparison.Ordinal)));
            Assert.All(choices.Where(c => !c.EndsWith(", fused", StringComparison.Ordinal)), c => Assert.EndsWith(", not fused: cuDNN does not run that here", c, StringComparison.Ordinal));
            machine.AssertClean();
        }
    }

    /// <summary>Every value of every layer of the trained leaf model against PyTorch in double precision.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_trained_network_is_right_in_every_layer(ArithmeticPrecision precision)
    {
        using WeightFile golden = WeightFile.Open(Shared.Require("golden/layers/leaf-128x128.safetensors"));
        Dictionary<string, Tensor> expected = golden.Tensors.ToDictionary(t => t.Name, t => t.Read());
        using Model model = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        using EmulatedMachine machine = new();
        CudaBackend backend = Fused(machine, precision);
        Dictionary<string, Tensor> actual = Networks.Run(model, expected["input"], backend);
        foreach (LayerNode layer in model.Graph.Layers)
        {
            TensorComparison comparison = TensorComparison.Compare(actual[layer.Name], expected[layer.Name], backend.Tolerance);
            Assert.True(comparison.Passed, $"{layer}: {comparison}");
        }

        Assert.Equal(20, Choices(backend, model.Graph, expected["input"].Shape).Count(c => c.EndsWith(", fused", StringComparison.Ordinal)));
        machine.AssertClean();
    }

    /// <summary>The input's order, two pools and the classifier are all that is launched beside 20 calls.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_pass_of_ResNet_18_is_twenty_calls_and_four_launches(ArithmeticPrecision precision)
    {
        using EmulatedMachine machine = new();
        using (Model model = TestModels.Create("resnet18"))
        using (Session session = new(model, Fused(machine, precision, CudaGraphs.Off)))
        {
            Tensor input = Formula.Input(1, 3, 32, 32);
            session.Predict(input);
            Dictionary<string, long> calls = machine.CallsOf(() => session.Predict(input));
            Assert.Equal((20, 0, 4), (calls["cudnnConvolutionBiasActivationForward"], calls.GetValueOrDefault("cudnnConvolutionForward"), calls["cuLaunchKernel"]));
        }

        machine.AssertClean();
    }

    /// <summary>Convolutions as no ResNet has them; each says whether it is fused and why not.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Convolutions_of_every_kind(ArithmeticPrecision precision)
    {
        GraphBuilder graph = new(3);
        LayerNode value = graph.Add("own_bias", new Conv2d(3, 8, 3, 3, Padding: 1, Bias: true), graph.Input);
        value = graph.Add("relu", new ReLU(), graph.Add("no_norm", new Conv2d(8, 8, 3, 3, Padding: 1), value));
        value = graph.Add("norm", new BatchNorm2d(8), graph.Add("by_side", new Conv2d(8, 8, 3, 3, Stride: 2, Padding: new Padding(0, 1, 2, 0), Bias: true), value));
        LayerNode sum = graph.Add("sum", new Add(), graph.Add("grouped", new Conv2d(8, 8, 3, 3, Padding: 1, Groups: 4), value), value);
        LayerNode read = graph.Add("read", new Conv2d(8, 8, 1, 1), sum);
        value = graph.Add("twice", new Add(), graph.Add("read_act", new ReLU(), read), read);
        LayerNode inner = graph.Add("inner_norm", new BatchNorm2d(8), graph.Add("inner", new Conv2d(8, 8, 1, 1), value));
        value = graph.Add("inner_sum", new Add(), graph.Add("inner_act", new ReLU(), inner), inner);
        value = graph.Add("bare", new Conv2d(8, 8, 1, 1), value);
        graph.Add("fc", new Linear(8, 5), graph.Add("pool", new GlobalAveragePool(), value));
        LayerGraph built = graph.Build();
        using EmulatedMachine machine = new();
        CudaBackend backend = Fused(machine, precision);
        using Model model = Networks.Create(built);
        Tensor input = Formula.Uniform("input", new TensorShape(3, 3, 9, 8));
        Networks.AssertLikeReference(model, input, backend, $"{precision}");
        AssertEveryObservedSet(model, backend, input, $"{precision}");
        ExecutionPlan plan = Planner.Plan(built, input.Shape, [], backend.Layout);
        Dictionary<string, string> choices = plan.Steps.Zip(backend.Measure(plan).Choices).ToDictionary(p => p.First.Head.Node.Name, p => p.Second.Algorithm);
        Assert.All((string[])["own_bias", "no_norm", "by_side", "grouped"], c => Assert.Equal("cuDNN IMPLICIT_PRECOMP_GEMM, fused", choices[c]));
        Assert.All((string[])["read", "inner"], c => Assert.Equal("cuDNN IMPLICIT_PRECOMP_GEMM, not fused: other layers read what is inside", choices[c]));
        Assert.Equal("cuDNN IMPLICIT_PRECOMP_GEMM", choices["bare"]);
        machine.AssertClean();
    }

    /// <summary>Some of them cancel what they sum, which fp32 alone is judged by.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Graphs_that_are_no_ResNets(ArithmeticPrecision precision)
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = Fused(machine, precision);
        for (int seed = 0; seed < Graphs; seed++)
        {
            (LayerGraph graph, TensorShape shape) = RandomGraphs.Create(seed);
            Tensor input = Formula.Uniform("input", shape);
            if (precision == ArithmeticPrecision.Float32)
            {
                Networks.AssertLikeReference(graph, input, backend, $"graph {seed}");
            }

            using Model model = Networks.Create(graph);
            using Session bare = new(model, backend);
            Bits.AssertSame(Networks.Run(model, input, backend)["output"].Values, bare.Predict(input).Values, $"{precision}, graph {seed}");
        }

        machine.AssertClean();
    }

    /// <summary>As many images a call as a split convolution has, and the bits of the whole batch.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_workspace_that_grows_with_the_batch_cuts_it(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaLibraries greedy = CudaLibraries.From(machine.Libraries.Driver, cudnn: new GreedyCudnn(machine.Libraries.Cudnn));
        CudaOptions options = new() { Precision = precision, FusedConvolutions = true, Libraries = greedy };
        Tensor input = Formula.Input(5, 3, 40, 33);
        CudaBackend free = new(options);
        long limit = free.Measure(Planner.Plan(model.Graph, input.Shape, [], free.Layout)).Choices.Max(c => c.WorkspaceBytes) - (2 * GreedyCudnn.BytesPerImage);
        CudaBackend cut = new(options with { WorkspaceLimitBytes = limit });
        Assert.Contains("cuDNN IMPLICIT_PRECOMP_GEMM, 3 images a call, fused", Choices(cut, model.Graph, input.Shape));
        Dictionary<string, Tensor> whole = Networks.Run(model, input, free), parts = Networks.Run(model, input, cut);
        Assert.All(whole, p => Bits.AssertSame(p.Value.Values, parts[p.Key].Values, p.Key));
        machine.AssertClean();
    }

    /// <summary>What is measured is what is loaded: both sets of weights, and the buffers of what is computed beside.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Memory_is_counted(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaBackend fused = Fused(machine, precision), split = machine.Backend(new CudaOptions { Precision = precision });
        ExecutionPlan plan = Planner.Plan(model.Graph, new TensorShape(2, 3, 32, 32), model.Graph.Nodes, fused.Layout);
        PlanCost cost = fused.Measure(plan);
        using (PreparedModel prepared = fused.Prepare(model))
        using (Place place = prepared.CreatePlace(0))
        using (Executable executable = prepared.Load(plan, place))
        {
            Assert.Equal(cost.Choices, executable.Choices);
            Assert.Equal((cost.WeightBytes, cost.BufferBytes), (prepared.Bytes, executable.Bytes));
        }

        long filters = model.Graph.Layers.Where(l => l.Op is Conv2d).Sum(l => l.Parameters[0].Shape.ElementCount);
        Assert.True(cost.WeightBytes - split.Measure(plan).WeightBytes >= filters * precision.Storage().Bytes());
        machine.AssertClean();
    }

    private static CudaBackend Fused(EmulatedMachine machine, ArithmeticPrecision precision, CudaGraphs graph = CudaGraphs.On) =>
        machine.Backend(new CudaOptions { Precision = precision, FusedConvolutions = true, Graph = graph });

    private static string[] Choices(CudaBackend backend, LayerGraph graph, TensorShape input) =>
        [.. backend.Measure(Planner.Plan(graph, input, [], backend.Layout)).Choices.Select(c => c.Algorithm)];

    /// <summary>Nothing, each layer alone, all, and sets drawn from a seed: the same output, and each layer the same in whatever company.</summary>
    private static void AssertEveryObservedSet(Model model, CudaBackend backend, Tensor input, string what)
    {
        using PreparedModel prepared = backend.Prepare(model);
        Dictionary<string, float[]> all = Run(model.Graph.Nodes);
        Random random = new(1);
        IEnumerable<LayerNode[]> some = Enumerable.Range(0, Sets).Select(_ => model.Graph.Nodes.Where(_ => random.Next(3) == 0).ToArray());
        foreach (LayerNode[] layers in some.Prepend([]).Concat(model.Graph.Nodes.Select(n => new[] { n })))
        {
            foreach ((string name, float[] values) in Run(layers))
            {
                Bits.AssertSame(all[name], values, $"{what}, {name} where {layers.Length} are observed");
            }
        }

        Dictionary<string, float[]> Run(IEnumerable<LayerNode> layers)
        {
            Dictionary<string, float[]> values = [];
            using Session session = new(prepared);
            foreach (LayerNode layer in layers)
            {
                session.Observe(layer.Name, (in Observation o) => values.Add(o.Name, o.Values.ToArray()));
            }

            values.Add("output of the run", session.Predict(input).Values.ToArray());
            return values;
        }
    }
}
