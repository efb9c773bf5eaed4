using System.Globalization;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// Observing changes no bit: nothing, each layer alone, all, and sets drawn from a seed give the same logits, and each layer the same values in whatever company;
/// in each precision, on cuDNN 8 and 9, whatever order the emulated device draws. Two seeds here; <c>CUDANET_OBSERVED_SEEDS</c> asks for more.
/// </summary>
public sealed class ObservedBitsTests
{
    private const int Cudnn8 = 8907, Cudnn9 = 91900;
    private const int Sets = 50;

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("CUDANET_OBSERVED_SEEDS"), CultureInfo.InvariantCulture, out int asked) ? asked : 2;

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
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed, CudnnVersion = cudnn });
            using (PreparedModel prepared = machine.Backend(new CudaOptions { Precision = precision }).Prepare(model))
            {
                Dictionary<string, float[]> all = Run(prepared, model.Graph.Nodes, input);
                first ??= all;
                AssertSame(first, all, $"seed {seed}");
                AssertSame(first, Run(prepared, [], input), $"seed {seed}, nothing observed");
                foreach (LayerNode layer in model.Graph.Nodes)
                {
                    AssertSame(first, Run(prepared, [layer], input), $"seed {seed}, {layer} alone");
                }

                Random random = new(seed);
                for (int set = 0; set < Sets; set++)
                {
                    LayerNode[] some = [.. model.Graph.Nodes.Where(_ => random.Next(3) == 0)];
                    AssertSame(first, Run(prepared, some, input), $"seed {seed}, {string.Join(", ", some.Select(s => s.Name))}");
                }
            }

            machine.AssertClean();
        }
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

    private static Dictionary<string, float[]> Run(PreparedModel prepared, IEnumerable<LayerNode> layers, Tensor input)
    {
        Dictionary<string, float[]> values = [];
        using Session session = new(prepared);
        foreach (LayerNode layer in layers)
        {
            session.Observe(layer.Name, (in Observation o) => values.Add(o.Name, o.Values.ToArray()));
        }

        values.Add("logits", session.Predict(input).Values.ToArray());
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
