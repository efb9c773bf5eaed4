using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Reference;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Devices and libraries of every kind: each layer is right in each precision, or the precision is refused in one sentence.</summary>
public sealed class ProfileTests
{
    private const int Batch = 4;
    private static readonly Lazy<Dictionary<string, Tensor>> Expected = new(() => Values(new ReferenceBackend()));

    private static readonly Dictionary<string, EmulatedDeviceProfile> Profiles = new()
    {
        ["Turing"] = EmulatedDeviceProfile.Turing,
        ["GeForceGtx16"] = EmulatedDeviceProfile.GeForceGtx16,
        ["Ampere"] = EmulatedDeviceProfile.Ampere,
        ["Hopper"] = EmulatedDeviceProfile.Hopper,
        ["Blackwell"] = EmulatedDeviceProfile.Blackwell,
        ["no fused convolution"] = EmulatedDeviceProfile.Ampere with { HasFusedConvolution = false },
        ["no channels last"] = EmulatedDeviceProfile.Ampere with { HasChannelsLast = false },
        ["no channels last on Turing"] = EmulatedDeviceProfile.Turing with { HasChannelsLast = false },
        ["only the first algorithm"] = EmulatedDeviceProfile.Ampere with { OnlyFirstAlgorithm = true },
        ["no workspace"] = EmulatedDeviceProfile.Ampere with { NoWorkspace = true },
        ["leading algorithm fails"] = EmulatedDeviceProfile.Ampere with { LeadingAlgorithmFails = true },
        ["leading workspace fails"] = EmulatedDeviceProfile.Ampere with { LeadingWorkspaceFails = true },
        ["both lead and fail"] = EmulatedDeviceProfile.Ampere with { LeadingAlgorithmFails = true, LeadingWorkspaceFails = true },
        ["sums by batch"] = EmulatedDeviceProfile.Ampere with { SumsByBatch = true },
        ["sums by workspace"] = EmulatedDeviceProfile.Ampere with { SumsByWorkspace = true },
        ["kept convolution memory"] = EmulatedDeviceProfile.Ampere with { KeptConvolutionBytes = 1 << 20 },
        ["no tensor cores"] = EmulatedDeviceProfile.Ampere with { HasTensorCores = false },
        ["lazy loading"] = EmulatedDeviceProfile.Ampere with { LoadsLazily = true },
        ["no memory pools"] = EmulatedDeviceProfile.Ampere with { HasMemoryPools = false },
        ["512 MB"] = EmulatedDeviceProfile.Ampere with { MemoryBytes = 512 << 20 },
        ["everything is missing"] = EmulatedDeviceProfile.Ampere with
        {
            HasFusedConvolution = false,
            HasChannelsLast = false,
            OnlyFirstAlgorithm = true,
            NoWorkspace = true,
            HasTensorCores = false,
            LoadsLazily = true,
            HasMemoryPools = false,
            MemoryBytes = 512 << 20,
        },
    };

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string profile in Profiles.Keys)
            {
                rows.Add(profile, 8907);
                rows.Add(profile, 91900);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_layer_is_right_in_every_precision_or_the_precision_is_refused_in_one_sentence(string name, int cudnn)
    {
        EmulatedDeviceProfile profile = Profiles[name];
        foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>())
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [profile], CudnnVersion = cudnn });
            CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision });
            if (Refusal(profile, precision) is { } sentence)
            {
                AssertRefused(backend, precision, sentence);
            }
            else
            {
                AssertRight(Values(backend), backend.Tolerance, $"{name}, {precision}");
            }

            machine.AssertClean();
        }
    }

    /// <summary>What the message must say; null where the precision runs.</summary>
    private static string? Refusal(EmulatedDeviceProfile profile, ArithmeticPrecision precision) =>
        profile.Major < 8 && (precision is ArithmeticPrecision.TensorFloat32 or ArithmeticPrecision.BFloat16)
            ? $"{precision} needs compute capability 8.0, and device 0 ({profile.Name}) has {profile.Major}.{profile.Minor}"
        : !profile.HasChannelsLast && precision.Storage() != StoragePrecision.Float32
            ? $"layer 'stem.conv': cuDNN runs no {precision.ShortName()} convolution 3×3, 3 → 4"
        : null;

    private static void AssertRefused(CudaBackend backend, ArithmeticPrecision precision, string sentence)
    {
        ExecutionPlan plan = Planner.Plan(SmallNetwork.Graph, SmallNetwork.Shape, [], backend.Layout);
        foreach (Action attempt in (Action[])[() => Values(backend), () => backend.Measure(plan)])
        {
            CudaNetException refused = Assert.Throws<CudaNetException>(attempt);
            Assert.StartsWith(sentence, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
            Assert.Contains(nameof(ArithmeticPrecision.Float32), refused.Hint, StringComparison.Ordinal);
            Assert.DoesNotContain($"{precision}", refused.Hint, StringComparison.Ordinal);
        }
    }

    private static void AssertRight(Dictionary<string, Tensor> actual, Tolerance tolerance, string what)
    {
        Assert.Equal(Expected.Value.Keys, actual.Keys);
        foreach ((string layer, Tensor values) in Expected.Value)
        {
            TensorComparison comparison = TensorComparison.Compare(actual[layer], values, tolerance);
            Assert.True(comparison.Passed, $"{what}, {layer}: {comparison}");
        }
    }

    private static Dictionary<string, Tensor> Values(IBackend backend)
    {
        using Session session = SmallNetwork.Open(backend);
        LayerOutputs outputs = session.Extract(SmallNetwork.Input(Batch), [.. SmallNetwork.Graph.Layers.Select(l => l.Name)]);
        return SmallNetwork.Graph.Layers.ToDictionary(l => l.Name, l => outputs[l]);
    }
}
