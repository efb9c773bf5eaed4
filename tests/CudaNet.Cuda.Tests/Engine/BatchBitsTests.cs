using System.Runtime.InteropServices;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The other images of a batch change no bit, whatever the library does with a batch; and without the check they would.</summary>
public sealed class BatchBitsTests
{
    private static readonly int[] Batches = [2, 3, 5, 8, 17];

    private static readonly Dictionary<string, EmulatedDeviceProfile> Profiles = new()
    {
        ["plain"] = EmulatedDeviceProfile.Ampere,
        ["by batch"] = EmulatedDeviceProfile.Ampere with { SumsByBatch = true },
        ["by workspace"] = EmulatedDeviceProfile.Ampere with { SumsByWorkspace = true },
        ["by both"] = EmulatedDeviceProfile.Ampere with { SumsByBatch = true, SumsByWorkspace = true },
        ["by both, no channels last"] = EmulatedDeviceProfile.Ampere with { SumsByBatch = true, SumsByWorkspace = true, HasChannelsLast = false },
    };

    public static TheoryData<string, ArithmeticPrecision, int> Cases
    {
        get
        {
            TheoryData<string, ArithmeticPrecision, int> rows = [];
            foreach ((string name, EmulatedDeviceProfile profile) in Profiles)
            {
                foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>().Where(p => profile.HasChannelsLast || p.Storage() == StoragePrecision.Float32))
                {
                    rows.Add(name, precision, 8907);
                    rows.Add(name, precision, 91900);
                }
            }

            return rows;
        }
    }

    public static TheoryData<ArithmeticPrecision> Precisions => [.. Enum.GetValues<ArithmeticPrecision>()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_image_of_a_batch_has_the_bits_of_the_image_alone(string profile, ArithmeticPrecision precision, int cudnn)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles[profile]], CudnnVersion = cudnn });
        using (Session session = BatchNetwork.Open(machine.Backend(new CudaOptions { Precision = precision })))
        {
            Assert.Null(Difference(session, Batches));
        }

        machine.AssertClean();
    }

    /// <summary>The same comparison with the check taken out.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Without_the_check_they_differ(ArithmeticPrecision precision)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by batch"]] });
        using (Session session = BatchNetwork.Open(machine.Backend(new CudaOptions { Precision = precision, BatchBits = BatchBits.Ignore })))
        {
            Assert.Null(Difference(session, [2, 3]));
            Assert.NotNull(Difference(session, Batches));
        }

        machine.AssertClean();
    }

    /// <summary>A workspace that grows with the batch, and sums that differ by how much there is of it. Rounded to bf16, this network's do not.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32)]
    [InlineData(ArithmeticPrecision.TensorFloat32)]
    [InlineData(ArithmeticPrecision.Float16)]
    public void A_workspace_of_another_size_is_found(ArithmeticPrecision precision)
    {
        foreach ((BatchBits bits, bool differs) in ((BatchBits, bool)[])[(BatchBits.Checked, false), (BatchBits.Ignore, true)])
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by workspace"]] });
            CudaLibraries greedy = CudaLibraries.From(machine.Libraries.Driver, cudnn: new GreedyCudnn(machine.Libraries.Cudnn));
            using (Session session = BatchNetwork.Open(new CudaBackend(new CudaOptions { Precision = precision, BatchBits = bits, Libraries = greedy })))
            {
                Assert.Equal(differs, Difference(session, Batches) is not null);
            }

            machine.AssertClean();
        }
    }

    /// <summary>A batch that the workspace's limit cuts is checked as it is cut.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_batch_that_is_cut_for_its_workspace_keeps_its_bits(ArithmeticPrecision precision)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by both"]] });
        CudaLibraries greedy = CudaLibraries.From(machine.Libraries.Driver, cudnn: new GreedyCudnn(machine.Libraries.Cudnn));
        CudaOptions options = new() { Precision = precision, Libraries = greedy, WorkspaceLimitBytes = 12 * GreedyCudnn.BytesPerImage };
        using (Session session = BatchNetwork.Open(new CudaBackend(options)))
        {
            Assert.Null(Difference(session, Batches));
        }

        machine.AssertClean();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void Chunks_are_equal_among_all_batches(int images)
    {
        foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>())
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by both"]] });
            CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision, BatchBits = BatchBits.Chunk(images), Linear = CudaLinear.Cublas, Graph = CudaGraphs.Off });
            using (Session session = BatchNetwork.Open(backend))
            {
                Assert.Null(Difference(session, [.. Batches, 16]));
                long before = machine.Calls.Count("cudnnConvolutionForward");
                session.Predict(BatchNetwork.Input(17));
                Assert.Equal(BatchNetwork.Convolutions * ((17 + images - 1) / images), machine.Calls.Count("cudnnConvolutionForward") - before);
            }

            machine.AssertClean();
        }
    }

    /// <summary>Fused calls are checked by themselves, cut by themselves, and filled up with what they add.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Fused_calls_keep_an_images_bits(ArithmeticPrecision precision)
    {
        foreach (BatchBits bits in (BatchBits[])[BatchBits.Checked, BatchBits.Chunk(1), BatchBits.Chunk(4), BatchBits.Chunk(16)])
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by both"]] });
            CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision, BatchBits = bits, FusedConvolutions = true });
            using (Session session = BatchNetwork.Open(backend))
            {
                Assert.Null(Difference(session, Batches));
            }

            string[] fused = [.. backend.Measure(Planner.Plan(BatchNetwork.Graph, BatchNetwork.Shape(17), [], backend.Layout)).Choices.Select(c => c.Algorithm).Where(a => a.EndsWith(", fused", StringComparison.Ordinal))];
            Assert.NotEmpty(fused);
            Assert.All(fused, f => Assert.Contains(" a call", f, StringComparison.Ordinal));
            machine.AssertClean();
        }
    }

    /// <summary>Chunks stand around the detour of a device without channels last, too.</summary>
    [Fact]
    public void Chunks_on_a_device_without_channels_last()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Profiles["by both, no channels last"]] });
        using (Session session = BatchNetwork.Open(machine.Backend(new CudaOptions { BatchBits = BatchBits.Chunk(4) })))
        {
            Assert.Null(Difference(session, Batches));
        }

        machine.AssertClean();
    }

    [Fact]
    public void Chunks_that_need_more_workspace_than_there_may_be_are_refused_when_they_are_loaded()
    {
        using EmulatedMachine machine = new();
        CudaLibraries greedy = CudaLibraries.From(machine.Libraries.Driver, cudnn: new GreedyCudnn(machine.Libraries.Cudnn));
        CudaBackend backend = new(new CudaOptions { Libraries = greedy, BatchBits = BatchBits.Chunk(8), WorkspaceLimitBytes = 50_000 });
        ExecutionPlan plan = Planner.Plan(BatchNetwork.Graph, BatchNetwork.Shape(1), [], backend.Layout);
        CudaNetException refused = Assert.Throws<CudaNetException>(() => backend.Measure(plan));
        Assert.Equal("stem", refused.Layer);
        Assert.Matches(@"^layer 'stem': IMPLICIT_PRECOMP_GEMM needs [\d,]+ bytes of workspace for 8×3×12×12, as chunks of 8 ask for, and may have 50,000$", refused.Message);
        Assert.Contains(nameof(CudaOptions.WorkspaceLimitBytes), refused.Hint, StringComparison.Ordinal);
        machine.AssertClean();
    }

    [Fact]
    public void A_chunk_has_at_least_one_image()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchBits.Chunk(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchBits.Chunk(-1));
        Assert.Equal(default, BatchBits.Checked);
        Assert.NotEqual(BatchBits.Ignore, BatchBits.Chunk(1));
        Assert.Equal((null, null, 3), (BatchBits.Checked.Images, BatchBits.Ignore.Images, BatchBits.Chunk(3).Images));
    }

    /// <summary>What layers give in batches against what they give alone: the first layer and image that differ; null where none does.</summary>
    private static string? Difference(Session session, int[] batches)
    {
        Dictionary<string, float[][]>[] alone = [.. Enumerable.Range(0, batches.Max()).Select(i => BatchNetwork.Run(session, BatchNetwork.Input(1, i)))];
        foreach (int batch in batches)
        {
            foreach ((string layer, float[][] images) in BatchNetwork.Run(session, BatchNetwork.Input(batch)))
            {
                for (int i = 0; i < batch; i++)
                {
                    if (!MemoryMarshal.AsBytes(images[i].AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(alone[i][layer][0].AsSpan())))
                    {
                        return $"{layer}, image {i} of {batch}";
                    }
                }
            }
        }

        return null;
    }
}
