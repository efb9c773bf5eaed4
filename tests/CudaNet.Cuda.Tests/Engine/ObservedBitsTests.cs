using System.Globalization;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// Observing changes no bit: nothing, each layer alone, all, and sets drawn from a seed give the same logits, and each layer the same values in whatever company;
/// in each precision, on cuDNN 8 and 9, as graphs and call by call, with memory of their own and without, whatever order the emulated device draws. Each set runs
/// three times: call by call, and two replays where there are graphs. A sample here; <c>CUDANET_OBSERVED_SEEDS</c> asks for the whole, under that many seeds.
/// </summary>
public sealed class ObservedBitsTests(ITestOutputHelper output)
{
    private const int Cudnn8 = 8907, Cudnn9 = 91900;
    private const int Sets = 50;

    /// <summary>How many of the sets are tried where only a sample is.</summary>
    private const int Sample = 6;

    /// <summary>Enough for input, output and two of the largest stages, and not for three.</summary>
    private const long TwoBuffers = 80 << 10;

    /// <summary>Null for a sample.</summary>
    private static int? Seeds { get; } = int.TryParse(Environment.GetEnvironmentVariable("CUDANET_OBSERVED_SEEDS"), CultureInfo.InvariantCulture, out int asked) ? asked : null;

    private static CudaOptions[] Variants { get; } =
    [
        .. from graph in Enum.GetValues<CudaGraphs>()
           from device in (long[])[new CudaOptions().DeviceLimitBytes, 0]
           from pinned in (long[])[new CudaOptions().PinnedLimitBytes, TwoBuffers]
           select new CudaOptions { Graph = graph, DeviceLimitBytes = device, PinnedLimitBytes = pinned },
    ];

    public static TheoryData<ArithmeticPrecision, int> Cases()
    {
        TheoryData<ArithmeticPrecision, int> cases = [];
        foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>())
        {
            cases.Add(precision, Cudnn8);
            cases.Add(precision, Cudnn9);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_set_of_layers_gives_the_same_bits(ArithmeticPrecision precision, int cudnn)
    {
        // Every filter of the second convolution is scaled in fp16, and the shortcut's too.
        using Model model = ScaledModels.Scale(TestModels.Tiny(), 1e5f, "layer1.0.conv2", "layer2.0.downsample.0");
        Tensor input = Formula.Input(2, 3, 33, 32);
        Dictionary<string, float[]>? first = null;
        long sets = 0;
        for (int seed = 1; seed <= (Seeds ?? 1); seed++)
        {
            // Each case has variants of its own in a sample, so that all of them meet every variant.
            foreach ((int variant, CudaOptions options) in Variants.Index().Where(v => Seeds is not null || v.Index % 4 == (int)precision))
            {
                using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed, CudnnVersion = cudnn });
                using (PreparedModel prepared = machine.Backend(options with { Precision = precision }).Prepare(model))
                {
                    first ??= Run(prepared, model.Graph.Nodes, input);
                    foreach (LayerNode[] set in SetsOf(model.Graph, seed))
                    {
                        AssertSame(first, Run(prepared, set, input), $"seed {seed}, variant {variant}, {string.Join(", ", set.Select(s => s.Name))}");
                        sets++;
                    }
                }

                machine.AssertClean();
            }
        }

        output.WriteLine($"{precision}, cuDNN {cudnn}: {sets:n0} sets, three runs each");
    }

    /// <summary>Images of one pixel need no change of order, and memory that is not pinned is copied only when somebody waits: what is shown must still lie there then.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32)]
    [InlineData(ArithmeticPrecision.Float16)]
    public void Each_layer_alone_is_the_same_where_nothing_is_pinned(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaOptions options = new() { Precision = precision, Libraries = machine.Libraries.Load() };
        using (PreparedModel pinned = new CudaBackend(options).Prepare(model), pageable = new CudaBackend(options with { PinnedLimitBytes = 0, DeviceLimitBytes = 0 }).Prepare(model))
        {
            Tensor input = Formula.Input(1, 3, 32, 32);
            Dictionary<string, float[]> all = Run(pinned, model.Graph.Nodes, input);
            AssertSame(all, Run(pageable, model.Graph.Nodes, input), "all");
            foreach (LayerNode layer in model.Graph.Nodes)
            {
                AssertSame(all, Run(pageable, [layer], input), $"{layer} alone");
            }
        }

        Assert.Empty(machine.Findings);
    }

    /// <summary>All and none, each alone, and others drawn from the seed; or the first two and a few of the others.</summary>
    private static IEnumerable<LayerNode[]> SetsOf(LayerGraph graph, int seed)
    {
        Random random = new(seed);
        LayerNode[][] alone = [.. graph.Nodes.Select(n => (LayerNode[])[n])];
        LayerNode[][] drawn = [.. Enumerable.Range(0, Sets).Select(_ => graph.Nodes.Where(_ => random.Next(3) == 0).ToArray())];
        return [[.. graph.Nodes], [], .. Seeds is null ? random.GetItems([.. alone, .. drawn], Sample) : [.. alone, .. drawn]];
    }

    /// <summary>Three runs, which have the same values.</summary>
    private static Dictionary<string, float[]> Run(PreparedModel prepared, IEnumerable<LayerNode> layers, Tensor input)
    {
        Dictionary<string, float[]> values = [];
        using Session session = new(prepared);
        foreach (LayerNode layer in layers)
        {
            session.Observe(layer.Name, (in Observation o) => values.Add(o.Name, o.Values.ToArray()));
        }

        Dictionary<string, float[]>? first = null;
        for (int run = 0; run < 3; run++)
        {
            values = [];
            values.Add("logits", session.Predict(input).Values.ToArray());
            first ??= values;
            Assert.Equal(first.Count, values.Count);
            AssertSame(first, values, $"run {run}");
        }

        return values;
    }

    private static void AssertSame(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual, string what)
    {
        foreach ((string name, float[] values) in actual)
        {
            Bits.AssertSame(expected[name], values, $"{what}: {name}");
        }
    }
}
