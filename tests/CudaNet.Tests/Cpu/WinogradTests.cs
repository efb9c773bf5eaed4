using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Winograd's algorithms: where they run, what never changes a bit, and values that are not finite.</summary>
public sealed class WinogradTests
{
    private const int Channels = 33;
    private const int Outputs = 48;

    public static TheoryData<int, int> Widths => [(128, 1), (256, 1), (256, 2), (256, 3), (512, 1), (512, 2), (512, 3)];

    [Fact]
    public void Run_in_fourteen_layers_of_a_residual_network_and_in_none_where_direct_sums_are_asked_for()
    {
        LayerGraph graph = ResNet.Build("resnet18");
        Assert.Equal(13, Algorithms(graph, 224, CpuConvolutions.Auto).Count(a => a == "Winograd 4×4"));
        Assert.Equal(14, Algorithms(graph, 224, CpuConvolutions.Auto).Count(a => a.StartsWith("Winograd", StringComparison.Ordinal)));
        Assert.Equal(14, Algorithms(graph, 97, CpuConvolutions.Winograd).Count(a => a.StartsWith("Winograd", StringComparison.Ordinal)));
        Assert.Contains("Winograd 2×2", Algorithms(graph, 64, CpuConvolutions.Auto));
        Assert.DoesNotContain(Algorithms(graph, 224, CpuConvolutions.Direct), a => a.StartsWith("Winograd", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_convolution_says_its_operations_and_why_it_is_a_direct_sum()
    {
        LayerGraph graph = ResNet.Build("resnet18");
        CpuBackend backend = new();
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(1, 3, 224, 224), [], backend.Layout);
        foreach ((PlanStep step, StepChoice choice) in plan.Steps.Zip(backend.Measure(plan).Choices).Where(s => s.First.Head.Node.Op is Conv2d))
        {
            Assert.True(choice.Operations > 0);
            Assert.Equal(choice.Algorithm.StartsWith("Winograd", StringComparison.Ordinal), choice.Note is null);
        }
    }

    /// <summary>Batches from one tile to many, with narrow tiles in each place, and weights kept or not: kept, streamed in blocks and streamed term by term are one arithmetic.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Neither_batch_nor_width_nor_memory_changes_a_bit(int width, int threads)
    {
        using Model model = OneConvolution();
        foreach ((int height, int side) in ((int, int)[])[(1, 1), (2, 2), (4, 4), (7, 7), (13, 13), (4, 14), (14, 3), (10, 5), (9, 9), (10, 10)])
        {
            Tensor batch = Formula.Uniform("x", new TensorShape(5, Channels, height, side));
            float[] expected = Predict(model, batch, new CpuOptions { Convolutions = CpuConvolutions.Winograd, SimdWidth = SimdWidth.Bits128, Threads = 1, TransformedWeights = 0 });
            foreach (double kept in (double[])[0, 100])
            {
                CpuOptions options = CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads, TransformedWeights = kept };
                Bits.AssertSame(expected, Predict(model, batch, options), $"{height}×{side}, {kept}");
                Tensor first = new(new TensorShape(1, Channels, height, side), batch.Values[..(Channels * height * side)].ToArray());
                Bits.AssertSame(expected.AsSpan(0, expected.Length / 5), Predict(model, first, options), $"{height}×{side}, {kept}, alone");
            }
        }
    }

    /// <summary>One tile to sixteen over eleven blocks of channels, more than a kernel takes at once at some widths: sums are interrupted where each width likes, and go on in the same order.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Few_tiles_sum_many_channels_in_one_order(int width, int threads)
    {
        const int Many = (8 * 16) + 48;
        using Model model = OneConvolution(Many);
        foreach (int side in (int[])[2, 4, 6, 7])
        {
            Tensor all = Formula.Uniform("x", new TensorShape(16, Many, side, side));
            float[] expected = Predict(model, all, new CpuOptions { Convolutions = CpuConvolutions.Winograd, SimdWidth = SimdWidth.Bits128, Threads = 1 });
            foreach (int batch in (int[])[1, 2, 3, 4, 5, 9, 10, 12, 16])
            {
                Tensor some = new(new TensorShape(batch, Many, side, side), all.Values[..(batch * Many * side * side)].ToArray());
                float[] actual = Predict(model, some, CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads });
                Bits.AssertSame(expected.AsSpan(0, actual.Length), actual, $"{batch} of {side}×{side}");
                float[] many = Predict(model, some, CpuWidths.ManyRegisters with { Convolutions = CpuConvolutions.Winograd, Threads = threads });
                Bits.AssertSame(expected.AsSpan(0, many.Length), many, $"{batch} of {side}×{side}, 32 registers of four lanes");
            }
        }
    }

    /// <summary>Where the batch may decide, it is what decides: the bits are those of one of the two ways, at every width and thread count.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void A_batch_that_may_decide_is_all_that_does(int width, int threads)
    {
        using Model model = OneConvolution(isInside: true);
        foreach ((int batch, int side) in ((int, int)[])[(1, 4), (2, 4), (3, 4), (1, 6), (2, 6)])
        {
            Tensor input = Formula.Uniform("x", new TensorShape(batch, Channels, side, side));
            CpuConvolutions way = batch * side * side <= 36 ? CpuConvolutions.Direct : CpuConvolutions.Winograd;
            float[] expected = Predict(model, input, new CpuOptions { Convolutions = way, SimdWidth = SimdWidth.Bits128, Threads = 1 });
            float[] actual = Predict(model, input, CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.AutoPerBatch, Threads = threads });
            Bits.AssertSame(expected, actual, $"{batch} of {side}×{side}");
            float[] others = input.Values.ToArray();
            others.AsSpan(others.Length / batch).Fill(3);
            float[] besideOthers = Predict(model, new Tensor(input.Shape, others), CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.AutoPerBatch, Threads = threads });
            Bits.AssertSame(expected.AsSpan(0, expected.Length / batch), besideOthers.AsSpan(0, expected.Length / batch), $"{batch} of {side}×{side}, beside others");
            Assert.NotEqual(expected, Predict(model, input, new CpuOptions { Convolutions = way == CpuConvolutions.Direct ? CpuConvolutions.Winograd : CpuConvolutions.Direct }));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_is_not_finite_is_where_direct_sums_have_it(int width, int threads)
    {
        using Model model = OneConvolution();
        float[] values = Formula.Uniform("x", new TensorShape(2, Channels, 11, 14)).Values.ToArray();
        (values[40], values[700], values[1300], values[3000], values[5555]) = (float.NaN, float.PositiveInfinity, 3e38f, float.NegativeInfinity, -3e38f);
        Tensor input = new(new TensorShape(2, Channels, 11, 14), values);
        float[] direct = Predict(model, input, new CpuOptions { Convolutions = CpuConvolutions.Direct, Threads = 1 });
        float[] winograd = Predict(model, input, CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads });
        Assert.Contains(direct, float.IsNaN);
        Assert.Contains(direct, float.IsInfinity);
        for (int i = 0; i < direct.Length; i++)
        {
            Assert.True(float.IsFinite(direct[i]) ? float.IsFinite(winograd[i]) : direct[i].Equals(winograd[i]), $"{i}: {direct[i]}, {winograd[i]}");
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    public void Inputs_scaled_by_a_power_of_two_give_the_same_digits(int exponent)
    {
        using Model model = OneConvolution();
        Tensor input = Formula.Uniform("x", new TensorShape(1, Channels, 9, 9));
        Tensor scaled = new(input.Shape, input.Values.ToArray().Select(v => MathF.ScaleB(v, exponent)).ToArray());
        CpuOptions options = new() { Convolutions = CpuConvolutions.Winograd };
        Bits.AssertSame([.. Predict(model, input, options).Select(v => MathF.ScaleB(v, exponent))], Predict(model, scaled, options), $"2^{exponent}");
    }

    /// <summary>What a thread has transformed for a run is not taken for the next.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Each_run_transforms_its_own_pixels(int width, int threads)
    {
        using Model model = OneConvolution();
        foreach (int side in (int[])[4, 7, 16, 30])
        {
            Tensor one = Formula.Uniform("x", new TensorShape(1, Channels, side, side)), other = Formula.Uniform("y", new TensorShape(1, Channels, side, side));
            foreach (double kept in (double[])[0, 100])
            {
                CpuOptions options = CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads, TransformedWeights = kept };
                using Session session = new(model, new CpuBackend(options));
                session.Predict(one);
                Bits.AssertSame(Predict(model, other, options), session.Predict(other).Values, $"{side}², {kept}");
            }
        }
    }

    [Fact]
    public void Transformed_weights_are_counted_and_bounded()
    {
        using Model model = OneConvolution();
        Tensor input = Formula.Uniform("x", new TensorShape(8, Channels, 30, 30));
        long Bytes(double kept)
        {
            using Session session = new(model, new CpuBackend(new CpuOptions { Convolutions = CpuConvolutions.Winograd, TransformedWeights = kept }));
            session.Predict(input);
            return session.Memory.WeightBytes;
        }

        Assert.True(Bytes(100) > 3 * Bytes(0));
        Assert.Equal(Bytes(0), Bytes(1));
    }

    [Theory]
    [InlineData((CpuConvolutions)9, 1)]
    [InlineData(CpuConvolutions.Auto, -1)]
    [InlineData(CpuConvolutions.Auto, double.NaN)]
    public void Options_that_mean_nothing_are_refused(CpuConvolutions convolutions, double kept) =>
        Assert.Throws<CudaNetException>(() => new CpuBackend(new CpuOptions { Convolutions = convolutions, TransformedWeights = kept }));

    /// <param name="channels">Of the input.</param>
    /// <param name="isInside">Whether the convolution reads a layer, not the network's input.</param>
    private static Model OneConvolution(int channels = Channels, bool isInside = false)
    {
        GraphBuilder builder = new(channels);
        LayerNode read = isInside ? builder.Add("relu", new ReLU(), builder.Input) : builder.Input;
        builder.Add("conv", new Conv2d(channels, Outputs, 3, 3, Padding: 1), read);
        LayerGraph graph = builder.Build();
        Dictionary<string, Tensor> weights = new() { ["conv.weight"] = Formula.Uniform("w", new TensorShape(Outputs, channels, 3, 3)) };
        return new Model(graph, new ParameterSet(graph, weights), new ModelMetadata { Architecture = "test" });
    }

    private static float[] Predict(Model model, Tensor input, CpuOptions options)
    {
        using Session session = new(model, new CpuBackend(options));
        return session.Predict(input).Values.ToArray();
    }

    private static List<string> Algorithms(LayerGraph graph, int side, CpuConvolutions convolutions)
    {
        CpuBackend backend = new(new CpuOptions { Convolutions = convolutions });
        return [.. backend.Measure(Planner.Plan(graph, new TensorShape(1, 3, side, side), [], backend.Layout)).Choices.Select(c => c.Algorithm)];
    }
}
