using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Pointwise layers, which are read where they lie or packed first, as their images' rows, their panels and the registers have it: one arithmetic.</summary>
public sealed class PointwiseTests
{
    /// <summary>One and several chunks of terms, a last group of few terms, groups of channels, a panel of one vector, padding; the last two are packed everywhere.</summary>
    public static TheoryData<int, int, int, int, int, int> Layers =>
    [
        (64, 96, 1, 0, 14, 1),
        (300, 40, 1, 0, 28, 3),
        (160, 64, 2, 0, 42, 2),
        (24, 16, 1, 1, 12, 2),
        (272, 80, 1, 2, 24, 1),
        (64, 64, 1, 0, 15, 2),
        (64, 64, 1, 1, 14, 2),
        (160, 32, 1, 0, 13, 2),
        (160, 48, 1, 0, 29, 1),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Bits_are_those_of_packed_pixels(int channels, int outputs, int groups, int padding, int width, int batch)
    {
        GraphBuilder builder = new(channels);
        LayerNode value = builder.Add("first", new Conv2d(channels, channels, 1, 1, Groups: groups, Bias: true), builder.Input);
        value = builder.Add("pointwise", new Conv2d(channels, outputs, 1, 1, Padding: padding, Groups: groups), value);
        builder.Add("relu", new ReLU(), value);
        LayerGraph graph = builder.Build();
        using Model model = Networks.Create(graph);
        Tensor input = Formula.Uniform("x", new TensorShape(batch, channels, 9, width));
        float[] packed = Predict(model, input, CpuWidths.Options(SimdWidth.Bits128) with { Threads = 1 });
        foreach (int threads in (int[])[1, 2, 3])
        {
            Bits.AssertSame(packed, Predict(model, input, CpuWidths.Options(SimdWidth.Bits512) with { Threads = threads }), $"512 bits, {threads} threads");
            Bits.AssertSame(packed, Predict(model, input, CpuWidths.ManyRegisters with { Threads = threads }), $"32 registers, {threads} threads");
        }
    }

    /// <summary>Behind a row of pixels is a zero; times an infinite weight it is not a number, and would be in the sums of the next row's first pixel if a tile had a row too many.</summary>
    [Theory]
    [InlineData(160, 32, 13)]
    [InlineData(17, 1, 13)]
    [InlineData(160, 48, 43)]
    [InlineData(160, 96, 47)]
    [InlineData(300, 16, 29)]
    public void Sums_are_of_their_own_pixel(int channels, int outputs, int width)
    {
        GraphBuilder builder = new(channels);
        builder.Add("pointwise", new Conv2d(channels, outputs, 1, 1), builder.Input);
        LayerGraph graph = builder.Build();
        float[] weights = new float[channels * outputs];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = i % channels == channels - 1 ? float.PositiveInfinity : 0.25f;
        }

        using Model model = Networks.Create(graph, [KeyValuePair.Create(graph.Parameters.Single().Name, new Tensor(graph.Parameters.Single().Shape, weights))]);
        float[] ones = new float[2 * channels * 5 * width];
        Array.Fill(ones, 1f);
        Tensor input = new(new TensorShape(2, channels, 5, width), ones);
        foreach (CpuOptions options in (CpuOptions[])[.. new[] { SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512 }.Select(CpuWidths.Options), CpuWidths.ManyRegisters])
        {
            foreach (int threads in (int[])[1, 2])
            {
                Assert.All(Predict(model, input, options with { Threads = threads }), value => Assert.Equal(float.PositiveInfinity, value));
            }
        }
    }

    private static float[] Predict(Model model, Tensor input, CpuOptions options)
    {
        using Session session = new(model, new CpuBackend(options));
        return session.Predict(input).Values.ToArray();
    }
}
