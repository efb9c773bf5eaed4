using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Planning;

/// <summary>FLOPs and bytes of steps, against numbers that are known otherwise or worked out by hand.</summary>
public sealed class StepWorkTests
{
    /// <summary>Multiply-adds at 224×224 as torchvision's pages of its models have them, in units of 10⁹.</summary>
    [Theory]
    [InlineData("resnet18", 1.81)]
    [InlineData("resnet34", 3.66)]
    [InlineData("resnet50", 4.09)]
    [InlineData("resnet101", 7.80)]
    [InlineData("resnet152", 11.51)]
    public void A_networks_multiply_adds_are_the_known_ones(string network, double billions)
    {
        long flops = Work(ResNet.Build(network), new TensorShape(1, 3, 224, 224)).Sum(w => w.Flops);
        Assert.Equal(billions, flops / 2e9, 0.006);
    }

    /// <summary>ResNet-18 has 11,689,512 trainable parameters; a batch norm's two stay two here: scale and shift.</summary>
    [Fact]
    public void A_networks_weights_are_read_once()
    {
        const int Trainable = 11_689_512;
        LayerGraph graph = ResNet.Build("resnet18");
        Assert.Equal(4L * Trainable, Work(graph, new TensorShape(1, 3, 224, 224)).Sum(w => w.WeightBytes));
        Assert.Equal(4L * Trainable, Work(graph, new TensorShape(32, 3, 128, 128)).Sum(w => w.WeightBytes));

        // 9,600 values of batch norms and the 1,000 of the last layer's bias stay fp32.
        Assert.Equal((2L * Trainable) + (2 * 10_600), Work(graph, new TensorShape(1, 3, 224, 224), StoragePrecision.Float16).Sum(w => w.WeightBytes));
    }

    /// <summary>3×3, 2 → 4 channels over 5×6 in a batch of 3, padding 1, with bias, then ReLU.</summary>
    [Theory]
    [InlineData(StoragePrecision.Float32, 4)]
    [InlineData(StoragePrecision.BFloat16, 2)]
    public void A_small_convolution_is_what_the_hand_makes_it(StoragePrecision storage, int size)
    {
        GraphBuilder builder = new(2);
        builder.Add("act", new ReLU(), builder.Add("conv", new Conv2d(2, 4, 3, 3, Padding: 1, Bias: true), builder.Input));
        StepWork work = Assert.Single(Work(builder.Build(), new TensorShape(3, 2, 5, 6), storage));
        Assert.Equal(2 * (3 * 4 * 5 * 6) * (2 * 3 * 3), work.Flops);
        Assert.Equal(size * 3 * 2 * 5 * 6, work.InputBytes);
        Assert.Equal((size * 4 * 2 * 3 * 3) + (4 * 4), work.WeightBytes);
        Assert.Equal(size * 3 * 4 * 5 * 6, work.OutputBytes);
        Assert.Equal((0, 0), (work.ResidualBytes, work.PublishedBytes));
        Assert.Equal(work.InputBytes + work.WeightBytes + work.OutputBytes, work.Bytes);
        Assert.Equal((double)work.Flops / work.Bytes, work.Intensity);
    }

    [Fact]
    public void Groups_divide_the_work_and_a_norm_takes_in_the_bias()
    {
        GraphBuilder builder = new(8);
        LayerNode conv = builder.Add("conv", new Conv2d(8, 16, 1, 1, Groups: 4, Bias: true), builder.Input);
        builder.Add("bn", new BatchNorm2d(16), conv);
        StepWork work = Assert.Single(Work(builder.Build(), new TensorShape(1, 8, 7, 7)));
        Assert.Equal(2 * 16 * 49 * 2, work.Flops);
        Assert.Equal((4 * 16 * 2) + (4 * 2 * 16), work.WeightBytes);
    }

    /// <summary>Rows and columns that no window covers need not be read.</summary>
    [Theory]
    [InlineData(1, 2, 0, 7, 4)]
    [InlineData(1, 2, 0, 8, 4)]
    [InlineData(2, 3, 0, 8, 6)]
    [InlineData(2, 3, 1, 8, 5)]
    [InlineData(3, 2, 1, 8, 8)]
    [InlineData(3, 2, 0, 8, 7)]
    [InlineData(3, 1, 1, 8, 8)]
    public void Only_what_a_window_covers_is_read(int kernel, int stride, int padding, int side, int covered)
    {
        GraphBuilder builder = new(1);
        builder.Add("conv", new Conv2d(1, 1, kernel, kernel, stride, padding), builder.Input);
        Assert.Equal(4 * covered * covered, Assert.Single(Work(builder.Build(), new TensorShape(1, 1, side, side))).InputBytes);
    }

    [Fact]
    public void A_value_that_is_input_and_residual_is_read_once()
    {
        GraphBuilder builder = new(4);
        LayerNode conv = builder.Add("conv", new Conv2d(4, 4, 3, 3, Padding: 1), builder.Input);
        builder.Add("add", new Add(), conv, builder.Input);
        StepWork work = Assert.Single(Work(builder.Build(), new TensorShape(1, 4, 6, 6)));
        Assert.Equal((4 * 4 * 36, 0), (work.InputBytes, work.ResidualBytes));
    }

    /// <summary>In fp32 a value that is written anyway is the published one; in half precision the published one is written beside it.</summary>
    [Fact]
    public void Observed_stages_are_written_in_fp32()
    {
        LayerGraph graph = ResNet.Build("resnet18");
        TensorShape input = new(1, 3, 64, 64);
        long last = 64 * 16 * 16;
        foreach (StoragePrecision storage in Enum.GetValues<StoragePrecision>())
        {
            StepWork bare = Work(graph, input, storage)[3];
            StepWork observed = Work(graph, input, storage, "layer1.0.bn2", "layer1.0.act2")[3];
            Assert.Equal(0, bare.PublishedBytes);
            Assert.Equal(4 * last * (storage == StoragePrecision.Float32 ? 1 : 2), observed.PublishedBytes);
            Assert.Equal(storage.Bytes() * last, observed.ResidualBytes);
            Assert.Equal(bare, observed with { Step = bare.Step, PublishedBytes = 0 });
        }
    }

    [Fact]
    public void A_pool_moves_values_and_counts_no_flops()
    {
        StepWork pool = Work(ResNet.Build("resnet18"), new TensorShape(2, 3, 224, 224))[1];
        Assert.Equal("max pool", pool.Step.Describe());
        Assert.Equal((0, 4L * 2 * 64 * ((112 * 112) + (56 * 56))), (pool.Flops, pool.Bytes));
    }

    /// <summary>Its weights stay fp32, and are read once for the whole batch.</summary>
    [Theory]
    [InlineData(StoragePrecision.Float32, 4)]
    [InlineData(StoragePrecision.Float16, 2)]
    public void An_offset_reads_one_image_beside_the_batch(StoragePrecision storage, int size)
    {
        GraphBuilder builder = new(3);
        builder.Add("mean", new Offset(3, 5, 6), builder.Input);
        StepWork work = Assert.Single(Work(builder.Build(), new TensorShape(4, 3, 5, 6), storage));
        Assert.Equal((0, size * 4 * 90, 4 * 90, size * 4 * 90), (work.Flops, work.InputBytes, work.WeightBytes, work.OutputBytes));
    }

    [Fact]
    public void What_is_beyond_63_bits_is_refused()
    {
        ExecutionPlan plan = Planner.Plan(ResNet.Build("wide_resnet101_2"), new TensorShape(1 << 19, 3, 16_384, 16_384), [], StorageLayout.Dense);
        Assert.Contains("beyond 63 bits", Assert.Throws<ShapeException>(() => StepWork.Of(plan, StoragePrecision.Float16)).Message, StringComparison.Ordinal);
    }

    /// <summary>Every operator in odd shapes: what is read, position by position, and a multiply-add for each weight at each place of the output.</summary>
    [Fact]
    public void Random_graphs_have_the_work_that_counting_finds()
    {
        int counted = 0;
        foreach (int seed in Enumerable.Range(0, RandomGraphs.Count))
        {
            (LayerGraph graph, TensorShape input) = RandomGraphs.Create(seed);
            foreach (StepWork work in Work(graph, input))
            {
                (PlanStage head, TensorShape read) = (work.Step.Head, work.Step.Input.Shape);
                long? rows = null, columns = null;
                switch (head.Node.Op)
                {
                    case Conv2d { Dilation: 1 } op:
                        rows = Covered(read.Height, head.Shape.Height, op.KernelHeight, op.Stride, op.Padding.Top);
                        columns = Covered(read.Width, head.Shape.Width, op.KernelWidth, op.Stride, op.Padding.Left);
                        break;
                    case WindowPool op:
                        rows = Covered(read.Height, head.Shape.Height, op.Kernel, op.Stride, op.Padding.Top);
                        columns = Covered(read.Width, head.Shape.Width, op.Kernel, op.Stride, op.Padding.Left);
                        break;
                }

                bool isWhole = work.Step.Residual?.Node == work.Step.Input.Node;
                Assert.Equal(4 * (isWhole ? read.ElementCount : (long)read.Batch * read.Channels * (rows ?? read.Height) * (columns ?? read.Width)), work.InputBytes);
                long weights = head.Node.Op is Conv2d or Linear ? head.Node.Op.Parameters[0].Shape.ElementCount : 0;
                Assert.Equal(2 * weights * head.Shape.ElementCount / head.Shape.Channels, work.Flops);
                Assert.True(work.OutputBytes >= 4 * work.Step.Output.Shape.ElementCount);
                counted += rows is null ? 0 : 1;
            }
        }

        Assert.InRange(counted, RandomGraphs.Count, int.MaxValue);

        static long Covered(int extent, int windows, int kernel, int stride, int before) =>
            Enumerable.Range(0, extent).Count(i => Enumerable.Range(0, windows).Any(w => i >= (w * stride) - before && i < (w * stride) - before + kernel));
    }

    private static IReadOnlyList<StepWork> Work(LayerGraph graph, TensorShape input, StoragePrecision storage = StoragePrecision.Float32, params string[] observed) =>
        StepWork.Of(Planner.Plan(graph, input, observed.Select(graph.Find), StorageLayout.Blocked16), storage);
}
