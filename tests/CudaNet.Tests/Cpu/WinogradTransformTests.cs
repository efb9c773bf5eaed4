using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>What Winograd's transforms return, bit for bit: which channels are summed anew follows from it, so that it must not depend on vectors or registers.</summary>
public sealed unsafe class WinogradTransformTests
{
    [Fact]
    public void Products_have_the_same_sum_whatever_the_vectors_and_registers()
    {
        Assert.SkipUnless(SimdSupport.IsSupported(SimdWidth.Bits128), "no vectors here");
        CheckAll<Winograd4x4>();
        CheckAll<Winograd4x4Taps4>();
        CheckAll<Winograd2x2>();
    }

    /// <summary>Of a tile that spares points the others are those of a whole tile, whatever lies in the row and the column that it does not have: those are not read.</summary>
    [Fact]
    public void Spared_points_change_no_other()
    {
        Assert.SkipUnless(SimdSupport.IsSupported(SimdWidth.Bits128), "no vectors here");
        for (SparedPoints spared = SparedPoints.None; spared <= SparedPoints.Both; spared++)
        {
            CheckSpared<Winograd4x4>(spared);
            CheckSpared<Winograd2x2>(spared);
        }
    }

    private static void CheckSpared<TVariant>(SparedPoints spared)
        where TVariant : struct, IWinograd
    {
        int side = TVariant.Inputs;
        int rows = side - (spared.HasFlag(SparedPoints.LastRow) ? 1 : 0), columns = side - (spared.HasFlag(SparedPoints.LastColumn) ? 1 : 0);
        float[] pixels = Formula.Uniform("pixels", new TensorShape(1, side, side, BlockedImage.BlockChannels)).Values.ToArray();
        float[] whole = Pixels<TVariant>(pixels, SparedPoints.None);
        for (int i = 0; i < pixels.Length; i++)
        {
            (int row, int column) = Math.DivRem(i / BlockedImage.BlockChannels, side);
            pixels[i] = row < rows && column < columns ? pixels[i] : float.NaN;
        }

        float[] part = Pixels<TVariant>(pixels, spared);
        for (int point = 0; point < TVariant.Points; point++)
        {
            (int row, int column) = Math.DivRem(point, side);
            float[] expected = row < rows && column < columns ? whole[(4 * point)..((4 * point) + 4)] : row == rows ? [0, 0, 0, 0] : part[(4 * point)..((4 * point) + 4)];
            Bits.AssertSame(expected, part.AsSpan(4 * point, 4), $"{typeof(TVariant).Name}, {spared}, point {point}");
        }

        Assert.DoesNotContain(part, float.IsNaN);
    }

    /// <summary>The first four channels' points; zero where none is written.</summary>
    private static float[] Pixels<TVariant>(float[] pixels, SparedPoints spared)
        where TVariant : struct, IWinograd
    {
        float[] buffer = new float[TVariant.Points * Simd128.Count];
        float[] transformed = new float[TVariant.Points * Simd128.Count];
        fixed (float* from = pixels, memory = buffer, to = transformed)
        {
            TVariant.TransformPixels<Simd128>(from, TVariant.Inputs * BlockedImage.BlockChannels, spared, memory, to, Simd128.Count);
        }

        return transformed;
    }

    private static void CheckAll<TVariant>()
        where TVariant : struct, IWinograd
    {
        float[] expected = Products<TVariant, Simd128>();
        Bits.AssertSame(expected, Products<TVariant, ManyRegisters<Simd128>>(), $"{typeof(TVariant).Name}, 32 registers");
        Bits.AssertSame(expected, Products<TVariant, PairedVectors<Simd128>>(), $"{typeof(TVariant).Name}, 8 lanes");
        Bits.AssertSame(expected, Products<TVariant, PairedVectors<PairedVectors<Simd128>>>(), $"{typeof(TVariant).Name}, 16 lanes");
    }

    /// <summary>Of 16 channels the sum, and then the outputs of each; magnitudes from 1e-4 to 1e4, so that another order has another sum.</summary>
    private static float[] Products<TVariant, T>()
        where TVariant : struct, IWinograd
        where T : unmanaged, ISimd<T>
    {
        const int Channels = 16;
        Random random = new(3);
        int outputs = TVariant.Outputs * TVariant.Outputs;
        float[] products = [.. Enumerable.Range(0, TVariant.Points * Channels).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, (8 * random.NextSingle()) - 4))];
        float[] buffer = new float[TVariant.Points * T.Count];
        float[] results = new float[outputs * T.Count];
        float[] sums = new float[T.Count];
        float[] all = new float[(1 + outputs) * Channels];
        fixed (float* from = products, memory = buffer, to = results, sum = sums)
        {
            for (int lane = 0; lane < Channels; lane += T.Count)
            {
                T.Store(TVariant.TransformProducts<T, TileResults<T>>(from + lane, Channels, memory, new TileResults<T>(to, new TilePart(TVariant.Outputs, TVariant.Outputs))), sum);
                sums.CopyTo(all, lane);
                for (int output = 0; output < outputs; output++)
                {
                    results.AsSpan(output * T.Count, T.Count).CopyTo(all.AsSpan(((1 + output) * Channels) + lane));
                }
            }
        }

        return all;
    }
}
