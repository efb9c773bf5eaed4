using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Planning;

/// <summary>The least times, and the table of peaks that they are made with.</summary>
public sealed class RooflineTests
{
    private const double Tera = 1e12;

    /// <summary>
    /// What the makers print against what the hardware is made of: cores, FLOPs of each a clock, boost clocks in GHz; bits and Gbit/s of the memory.
    /// </summary>
    public static TheoryData<string, int, double, double, int, int, int, double> Hardware => new()
    {
        // GPU, multiprocessors, GHz of CUDA cores and of tensor cores, FLOPs a clock and multiprocessor: fp32 and fp16, bits, Gbit/s.
        { "T4", 40, 1.59, 1.59, 128, 1024, 256, 10 },
        { "L4", 58, 2.04, 2.04, 256, 1024, 192, 12.5 },
        { "A100", 108, 1.41, 1.41, 128, 2048, 5120, 3.186 },
        { "4090", 128, 2.52, 2.52, 256, 512, 384, 21 },
        { "H100", 132, 1.98, 1.83, 256, 4096, 5120, 5.238 },
        { "H200", 132, 1.98, 1.83, 256, 4096, 6144, 6.25 },
        { "5090", 170, 2.407, 2.407, 256, 512, 512, 28 },
    };

    [Theory]
    [MemberData(nameof(Hardware))]
    public void Peaks_are_cores_times_clock(string name, int multiprocessors, double clock, double tensorClock, int flops, int tensorFlops, int bits, double rate)
    {
        Gpu gpu = GpuCatalogue.Find(name);
        Near(multiprocessors * flops * clock * 1e9, gpu.Peaks.Float32);
        Near(multiprocessors * tensorFlops * tensorClock * 1e9, gpu.Peaks.Float16!.Value);
        Near(bits * rate * 1e9 / 8, gpu.BytesPerSecond);
        if (gpu.ComputeCapability.Major >= 8)
        {
            Assert.Equal(gpu.Peaks.Float16, gpu.Peaks.BFloat16);
            Near(gpu.Peaks.Float16.Value / 2, gpu.Peaks.TensorFloat32!.Value);
        }

        static void Near(double computed, double printed) => Assert.InRange(printed / computed, 0.99, 1.01);
    }

    [Fact]
    public void Every_gpu_has_sources_and_only_what_its_cores_take()
    {
        Assert.Equal(["T4", "L4", "A100", "4090", "H100", "H200", "5090"], GpuCatalogue.All.Select(g => g.Name));
        Assert.All(GpuCatalogue.All, gpu =>
        {
            Assert.NotEmpty(gpu.Sources);
            Assert.All(gpu.Sources, s => Assert.All((string[])[s.Figures, s.Document, s.Place], Assert.NotEmpty));
            Assert.All(Enum.GetValues<ArithmeticPrecision>(), p => Assert.Equal(gpu.Peak(p) is null, gpu.WhyNot(p) is not null));
            Assert.Equal(gpu.ComputeCapability.Major < 8, gpu.Peaks.BFloat16 is null);
            Assert.Equal(gpu.ComputeCapability.Major < 8, gpu.Peaks.TensorFloat32 is null);
        });
    }

    [Fact]
    public void A_gpu_is_found_by_its_name_or_the_names_are_told()
    {
        Assert.Same(GpuCatalogue.All[4], GpuCatalogue.Find("h100"));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => GpuCatalogue.Find("V100"));
        Assert.Equal("There are T4, L4, A100, 4090, H100, H200, 5090.", exception.Hint);
    }

    /// <summary>1 → 1 channel, 1×1: a quarter of a FLOP a byte. 512 → 512, 3×3 over 14×14: hundreds.</summary>
    [Fact]
    public void A_step_is_bound_by_the_slower_of_its_two()
    {
        Gpu gpu = new("odd", "odd", new Version(8, 0), 100, 1, new GpuPeaks(1000, 2000, 4000, 4000), []);
        StepFloor thin = Assert.Single(Floor(new Conv2d(1, 1, 1, 1), new TensorShape(1, 1, 10, 10), gpu, ArithmeticPrecision.Float32).Steps);
        Assert.Equal((200, 804), (thin.Work.Flops, thin.Work.Bytes));
        Assert.Equal((0.2, 8.04, 8.04, RooflineBound.Memory), (thin.ComputeSeconds, thin.MemorySeconds, thin.Seconds, thin.Bound));

        StepFloor thick = Assert.Single(Floor(new Conv2d(512, 512, 3, 3, Padding: 1), new TensorShape(1, 512, 14, 14), gpu, ArithmeticPrecision.Float16).Steps);
        Assert.Equal((2L * 512 * 196 * 512 * 9, 2L * ((2 * 512 * 196) + (512 * 512 * 9))), (thick.Work.Flops, thick.Work.Bytes));
        Assert.Equal((thick.Work.Flops / 4000.0, RooflineBound.Compute), (thick.Seconds, thick.Bound));
    }

    [Fact]
    public void A_pass_is_the_sum_of_its_steps()
    {
        ExecutionPlan plan = Planner.Plan(ResNet.Build("resnet18"), new TensorShape(8, 3, 128, 128), [], StorageLayout.Dense);
        foreach (Gpu gpu in GpuCatalogue.All)
        {
            foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>().Where(p => gpu.Peak(p) is not null))
            {
                PassFloor pass = Roofline.Floor(plan, gpu, precision);
                Assert.Equal(plan.Steps, pass.Steps.Select(s => s.Work.Step));
                Assert.Equal(pass.Steps.Sum(s => Math.Max(s.Work.Flops / gpu.Peak(precision)!.Value, s.Work.Bytes / gpu.BytesPerSecond)), pass.Seconds);
                Assert.Equal(8 / pass.Seconds, pass.ImagesPerSecond);
                Assert.Equal((pass.Steps.Sum(s => s.Work.Flops), pass.Steps.Sum(s => s.Work.Bytes)), (pass.Flops, pass.Bytes));
                StepFloor[] memory = [.. pass.Steps.Where(s => s.MemorySeconds >= s.ComputeSeconds)];
                Assert.Equal((memory.Length, memory.Sum(s => s.Seconds)), (pass.MemoryBoundSteps, pass.MemoryBoundSeconds));
                Assert.True(pass.Seconds >= pass.Flops / gpu.Peak(precision)!.Value && pass.Seconds >= pass.Bytes / gpu.BytesPerSecond);
            }
        }
    }

    /// <summary>3.628 GFLOP at 8.1 TFLOP/s are 448 µs: no step of ResNet-18 in fp32 but pools and the last layers could make it much longer.</summary>
    [Fact]
    public void The_floor_of_a_whole_network_is_near_what_its_flops_alone_make()
    {
        ExecutionPlan plan = Planner.Plan(ResNet.Build("resnet18"), new TensorShape(32, 3, 224, 224), [], StorageLayout.Dense);
        PassFloor pass = Roofline.Floor(plan, GpuCatalogue.Find("T4"), ArithmeticPrecision.Float32);
        Assert.InRange(pass.Seconds, 32 * 3.628e9 / (8.1 * Tera), 1.1 * 32 * 3.628e9 / (8.1 * Tera));
    }

    [Fact]
    public void A_precision_that_a_gpu_lacks_is_refused_with_the_reason()
    {
        Gpu gpu = GpuCatalogue.Find("T4");
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Floor(new Conv2d(1, 1, 1, 1), new TensorShape(1, 1, 2, 2), gpu, ArithmeticPrecision.BFloat16));
        Assert.Equal("T4 has compute capability 7.5, whose tensor cores do not take bf16", exception.Message);
    }

    private static PassFloor Floor(LayerOp op, TensorShape input, Gpu gpu, ArithmeticPrecision precision)
    {
        GraphBuilder builder = new(input.Channels);
        builder.Add("layer", op, builder.Input);
        return Roofline.Floor(Planner.Plan(builder.Build(), input, [], StorageLayout.Dense), gpu, precision);
    }
}
