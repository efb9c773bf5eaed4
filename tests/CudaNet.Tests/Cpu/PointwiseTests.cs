using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Pointwise layers whose rows are whole tiles, which kernels for 32 registers read where they lie and those for 16 pack first: one arithmetic.</summary>
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

    private static float[] Predict(Model model, Tensor input, CpuOptions options)
    {
        using Session session = new(model, new CpuBackend(options));
        return session.Predict(input).Values.ToArray();
    }
}
