using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Every shape of a tile against sums one by one, in the same order and so with the same bits; and what lies around the sums.</summary>
public sealed unsafe class TileKernelTests
{
    private const int Lanes = BlockedImage.BlockChannels;

    [Fact]
    public void Every_shape_has_the_bits_of_single_sums()
    {
        Check<PairedVectors<Simd128>>();
        Check<PairedVectors<PairedVectors<Simd128>>>();
        Check<ManyRegisters<Simd128>>();
        CheckWhere<Simd128>(SimdSupport.IsSupported(SimdWidth.Bits128));
        CheckWhere<Simd256>(SimdSupport.IsSupported(SimdWidth.Bits256));
        CheckWhere<Simd512>(SimdSupport.IsSupported(SimdWidth.Bits512));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(12)]
    public void Every_row_is_in_one_tile(int most)
    {
        for (int rows = 1; rows <= 400; rows++)
        {
            int next = 0;
            for (int tile = 0; tile < TileCut.Count(rows, most); tile++)
            {
                Assert.Equal(next, TileCut.First(rows, most, tile));
                next = TileCut.First(rows, most, tile + 1);
                int filled = next - TileCut.First(rows, most, tile);
                Assert.InRange(filled, rows < most / 2 ? rows : Math.Min(rows, most / 2) - 1, most);
                Assert.True(next == rows || TileKernel.Height(filled) == filled, "only the last tile may have a row that is not filled");
            }

            Assert.Equal(rows, next);
        }
    }

    /// <summary>Whatever there are of panels and threads, each panel is in one share.</summary>
    [Fact]
    public void Every_panel_is_in_one_share()
    {
        for (int outputs = 16; outputs <= 400; outputs += 16)
        {
            CheckShares<Simd256>(outputs);
            CheckShares<Simd512>(outputs);
        }
    }

    private static void CheckShares<T>(int outputs)
        where T : unmanaged, ISimd<T>
    {
        using NativeArena arena = new(new NativeAllocator { IsCounting = true });
        Conv2d op = new(16, outputs, 3, 3);
        DirectConvolution layer = new(op, new ReductionPlan(op, isCompact: false), default, null, T.Count, BlockedImage.BlockChannels, arena);
        for (int threads = 1; threads <= 5; threads++)
        {
            int shares = layer.Splits<T>(threads);
            int next = 0;
            for (int share = 0; share < shares; share++)
            {
                (int first, int end) = layer.Share<T>(share, shares);
                Assert.Equal(next, first);
                Assert.InRange(end, first + 1, layer.Panels);
                for (int panel = first; panel < end; panel += layer.Together<T>(panel, end))
                {
                    Assert.True(panel + layer.Together<T>(panel, end) <= end);
                }

                next = end;
            }

            Assert.Equal(layer.Panels, next);
            Assert.True(threads == 1 ? shares == 1 : shares >= Math.Min(threads, layer.Panels));
        }
    }

    private static void CheckWhere<T>(bool isSupported)
        where T : unmanaged, ISimd<T>
    {
        if (isSupported)
        {
            Check<T>();
        }
    }

    private static void Check<T>()
        where T : unmanaged, ISimd<T>
    {
        foreach (int panels in (int[])[1, 2])
        {
            foreach (int vectors in (int[])[1, 2])
            {
                for (int height = 1; height <= TileKernel.MostRows<T>(panels) && panels <= TileKernel.Panels<T>() && vectors >= panels; height++)
                {
                    for (int terms = 1; terms <= Lanes && TileKernel.Height(height) == height; terms += terms == 4 ? 5 : 1)
                    {
                        Check<T>(panels, vectors, height, groups: 1 + (terms % 3), terms, accumulate: terms % 2 == 0);
                    }
                }
            }
        }
    }

    private static void Check<T>(int panels, int vectors, int height, int groups, int terms, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        int outputs = vectors * T.Count;
        int apart = (height * Lanes) + 7, second = (groups * terms * outputs) + 5, secondSums = (height * outputs) + 3;
        Random random = new(height + terms);
        float[] rows = Values(random, groups * apart);
        float[] weights = Values(random, panels * second);
        float[] sums = Values(random, (panels * secondSums) + 1);
        float[] expected = [.. sums];
        for (int panel = 0; panel < panels; panel++)
        {
            for (int row = 0; row < height; row++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    float sum = 0;
                    for (int term = 0; term < groups * terms; term++)
                    {
                        float value = rows[(term / terms * apart) + (row * Lanes) + (term % terms)];
                        sum = MathF.FusedMultiplyAdd(value, weights[(panel * second) + (term * outputs) + output], sum);
                    }

                    ref float there = ref expected[(panel * secondSums) + (row * outputs) + output];
                    there = accumulate ? there + sum : sum;
                }
            }
        }

        fixed (float* r = rows, w = weights, s = sums)
        {
            PanelProduct product = new(w, panels == 1 ? 0 : second, outputs, groups, terms, secondSums, accumulate, nextStep: 4, nextSecond: 4);
            TileKernel.Run<T>(product, r, apart, height, s, (byte*)w);
        }

        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), sums.Select(BitConverter.SingleToInt32Bits));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
