using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>The Winograd algorithm of layers of stride 2 that read the input: where it runs, what it computes, what never changes a bit.</summary>
public sealed class SpaceToDepthTests
{
    private const string Algorithm = "Winograd 4×4, space to depth";

    /// <summary>Odd and even padding, windows of odd and even sides, padding that differs by side or is none, last columns that no window reads, a bias, outputs that end within a panel.</summary>
    private static readonly Conv2d[] Layers =
    [
        new(3, 64, 7, 7, Stride: 2, Padding: 3),
        new(4, 40, 8, 7, Stride: 2, Padding: 2, Bias: true),
        new(1, 33, 7, 8, Stride: 2, Padding: new Padding(2, 3, 0, 5)),
        new(2, 16, 7, 7, Stride: 2),
        new(3, 16, 8, 8, Stride: 2, Padding: new Padding(2, 2, 0, 0)),
    ];

    public static TheoryData<int, int> Widths => [(128, 1), (256, 1), (256, 2), (512, 1), (512, 2)];

    [Fact]
    public void Runs_in_the_first_layer_of_a_residual_network()
    {
        LayerGraph graph = ResNet.Build("resnet50");
        Assert.Equal(Algorithm, First(graph, 224, CpuConvolutions.Auto).Algorithm);
        Assert.Equal(Algorithm, First(graph, 97, CpuConvolutions.Auto).Algorithm);
        Assert.Equal("direct, compact input", First(graph, 224, CpuConvolutions.Direct).Algorithm);
        Assert.Equal(2L * 49 * 12 * 64 * 28 * 28, First(graph, 224, CpuConvolutions.Auto).Operations);
    }

    [Theory]
    [InlineData(3, 64, 7, 2, 1, Algorithm, null)]
    [InlineData(4, 32, 8, 2, 1, Algorithm, null)]
    [InlineData(3, 16, 7, 2, 1, Algorithm, null)]
    [InlineData(2, 64, 7, 2, 1, null, "2 input channels are too few")]
    [InlineData(5, 64, 7, 2, 1, null, "its window is 7×7, not 3×3")]
    [InlineData(3, 64, 7, 1, 1, null, "its window is 7×7, not 3×3")]
    [InlineData(3, 64, 5, 2, 1, null, "its window is 5×5, not 3×3")]
    [InlineData(3, 64, 3, 2, 1, null, "its stride is 2")]
    [InlineData(3, 64, 7, 2, 2, null, "its window is 7×7, not 3×3")]
    public void A_layer_that_it_is_not_for_says_why(int channels, int outputs, int kernel, int stride, int dilation, string? algorithm, string? why)
    {
        StepChoice choice = First(Graph(new Conv2d(channels, outputs, kernel, kernel, stride, 3, dilation)), 65, CpuConvolutions.Auto, channels);
        Assert.Equal(algorithm, choice.Algorithm.StartsWith("Winograd", StringComparison.Ordinal) ? choice.Algorithm : null);
        Assert.Equal(why is null ? null : $"not by Winograd: {why}", choice.Note);
    }

    [Fact]
    public void Images_of_few_tiles_are_direct_sums()
    {
        LayerGraph graph = Graph(Layers[0]);
        Assert.Equal("not by Winograd: 1×1 outputs are too few", First(graph, 1, CpuConvolutions.Auto).Note);
        Assert.Equal("not by Winograd: 7×7 outputs are too few", First(graph, 14, CpuConvolutions.Auto).Note);
        Assert.Equal(Algorithm, First(graph, 1, CpuConvolutions.Winograd).Algorithm);
        Assert.Equal(Algorithm, First(graph, 32, CpuConvolutions.Auto).Algorithm);
    }

    /// <summary>Images from one output to many tiles, whole and cut; the sums are held to the bound of the backend.</summary>
    [Fact]
    public void Agrees_with_the_reference()
    {
        foreach (Conv2d layer in Layers)
        {
            using Model model = Of(layer);
            foreach ((int height, int width) in ((int, int)[])[(1, 1), (2, 5), (7, 8), (8, 7), (9, 31), (13, 15), (15, 13), (16, 16), (22, 40), (97, 97)])
            {
                if (!Fits(layer, height, width))
                {
                    continue;
                }

                Tensor input = Formula.Uniform("x", new TensorShape(2, layer.InChannels, height, width));
                using Session reference = new(model, new ReferenceBackend());
                Tensor expected = reference.Predict(input);
                CpuBackend backend = new(new CpuOptions { Convolutions = CpuConvolutions.Winograd });
                using Session session = new(model, backend);
                Tensor actual = session.Predict(input);
                TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, expected.Shape, [.. expected.Values.ToArray().Select(v => (double)v)], backend.Tolerance);
                Assert.True(comparison.Passed, $"{layer}, {height}×{width}: {comparison}");
            }
        }
    }

    /// <summary>Weights kept transformed or not, one image or a batch, in every width and on several threads: one arithmetic.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Neither_batch_nor_width_nor_memory_changes_a_bit(int width, int threads)
    {
        foreach (Conv2d layer in Layers)
        {
            using Model model = Of(layer);
            foreach (int side in (int[])[1, 3, 7, 8, 13, 14, 15, 33, 61])
            {
                if (!Fits(layer, side, side))
                {
                    continue;
                }

                Tensor batch = Formula.Uniform("x", new TensorShape(5, layer.InChannels, side, side));
                Tensor first = new(new TensorShape(1, layer.InChannels, side, side), batch.Values[..(layer.InChannels * side * side)].ToArray());
                float[] expected = Predict(model, batch, new CpuOptions { Convolutions = CpuConvolutions.Winograd, SimdWidth = SimdWidth.Bits128, Threads = 1, TransformedWeights = 0 });
                foreach (double kept in (double[])[0, 100])
                {
                    CpuOptions options = CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads, TransformedWeights = kept };
                    Bits.AssertSame(expected, Predict(model, batch, options), $"{layer}, {side}×{side}, {kept}");
                    Bits.AssertSame(expected.AsSpan(0, expected.Length / 5), Predict(model, first, options), $"{layer}, {side}×{side}, {kept}, alone");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_is_not_finite_is_where_direct_sums_have_it(int width, int threads)
    {
        foreach (Conv2d layer in Layers)
        {
            using Model model = Of(layer);
            float[] values = Formula.Uniform("x", new TensorShape(2, layer.InChannels, 61, 58)).Values.ToArray();
            (values[40], values[700], values[1300], values[3000], values[5555]) = (float.NaN, float.PositiveInfinity, 3e38f, float.NegativeInfinity, -3e38f);
            Tensor input = new(new TensorShape(2, layer.InChannels, 61, 58), values);
            float[] direct = Predict(model, input, new CpuOptions { Convolutions = CpuConvolutions.Direct, Threads = 1 });
            float[] winograd = Predict(model, input, CpuWidths.Options((SimdWidth)width) with { Convolutions = CpuConvolutions.Winograd, Threads = threads });
            Assert.Contains(direct, float.IsNaN);
            Assert.Contains(direct, float.IsInfinity);
            for (int i = 0; i < direct.Length; i++)
            {
                Assert.True(float.IsFinite(direct[i]) ? float.IsFinite(winograd[i]) : direct[i].Equals(winograd[i]), $"{layer}, {i}: {direct[i]}, {winograd[i]}");
            }

            Assert.Contains(Enumerable.Range(0, direct.Length), i => float.IsFinite(direct[i]) && direct[i] != winograd[i]);
        }
    }

    /// <summary>Values at the edge of fp32 are summed directly, and then have the direct sums' own bits.</summary>
    [Fact]
    public void Sums_that_a_transform_would_overflow_are_direct_sums()
    {
        Conv2d layer = Layers[0];
        using Model model = Of(layer);
        Tensor input = new(new TensorShape(1, 3, 15, 15), Enumerable.Repeat(3e38f, 3 * 15 * 15).ToArray());
        float[] direct = Predict(model, input, new CpuOptions { Convolutions = CpuConvolutions.Direct });
        Bits.AssertSame(direct, Predict(model, input, new CpuOptions { Convolutions = CpuConvolutions.Winograd }), "3e38");
    }

    private static bool Fits(Conv2d layer, int height, int width) =>
        height + layer.Padding.Top + layer.Padding.Bottom >= layer.KernelHeight && width + layer.Padding.Left + layer.Padding.Right >= layer.KernelWidth;

    private static LayerGraph Graph(Conv2d layer)
    {
        GraphBuilder builder = new(layer.InChannels);
        builder.Add("conv", layer, builder.Input);
        return builder.Build();
    }

    private static Model Of(Conv2d layer)
    {
        LayerGraph graph = Graph(layer);
        return new Model(graph, new ParameterSet(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Formula.Uniform(p.Name, p.Shape)))), new ModelMetadata { Architecture = "test" });
    }

    private static float[] Predict(Model model, Tensor input, CpuOptions options)
    {
        using Session session = new(model, new CpuBackend(options));
        return session.Predict(input).Values.ToArray();
    }

    private static StepChoice First(LayerGraph graph, int side, CpuConvolutions convolutions, int channels = 3)
    {
        CpuBackend backend = new(new CpuOptions { Convolutions = convolutions });
        return backend.Measure(Planner.Plan(graph, new TensorShape(1, channels, side, side), [], backend.Layout)).Choices[0];
    }
}
