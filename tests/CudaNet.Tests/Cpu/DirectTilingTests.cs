using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How a direct convolution's pixels are cut into items.</summary>
public sealed unsafe class DirectTilingTests
{
    /// <summary>What is published as it is computed is whole cache lines, or whole images: no line is written in two parts.</summary>
    [Theory]
    [InlineData(1, 1, 56, 56, 16)]
    [InlineData(8, 1, 28, 28, 16)]
    [InlineData(8, 3, 28, 28, 16)]
    [InlineData(2, 1, 12, 20, 16)]
    [InlineData(8, 1, 14, 14, 196)]
    [InlineData(8, 3, 14, 14, 196)]
    [InlineData(26, 3, 7, 7, 49)]
    public void Published_items_are_whole_lines(int batch, int kernel, int height, int width, int unitPixels)
    {
        Check<Simd128>(batch, kernel, height, width, unitPixels);
        Check<Simd256>(batch, kernel, height, width, unitPixels);
        Check<Simd512>(batch, kernel, height, width, unitPixels);
    }

    /// <summary>Where that would be an item for all of a wide image, or fewer than threads are, it is not asked for.</summary>
    [Theory]
    [InlineData(1, 64, 16, 1001, 16, 1)]
    [InlineData(1, 16, 14, 14, 196, 2)]
    public void Items_stay_small_and_enough(int batch, int outputs, int height, int width, int unitPixels, int threads)
    {
        using NativeArena arena = new(new NativeAllocator { IsCounting = true });
        BlockedImage to = BlockedImage.Of(new TensorShape(batch, outputs, height, width));
        Conv2d op = new(512, outputs, 1, 1);
        DirectConvolution layer = new(op, new ReductionPlan(op, isCompact: false), default, null, Simd512.Count, BlockedImage.BlockChannels, arena);
        bool readsInPlace = DirectTiling.ReadsInPlace<Simd512>(layer, to);
        DirectTiling published = DirectTiling.Of<Simd512>(layer, to, readsInPlace, unitPixels, threads), alone = DirectTiling.Of<Simd512>(layer, to, readsInPlace, unitPixels: null, threads);
        Assert.Equal((alone.ItemPixels, alone.Items), (published.ItemPixels, published.Items));
    }

    /// <summary>Up to eight threads, whatever their number, none has much more to do than another.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(14)]
    [InlineData(28)]
    public void Threads_have_alike_shares(int side)
    {
        using NativeArena arena = new(new NativeAllocator { IsCounting = true });
        BlockedImage to = BlockedImage.Of(new TensorShape(1, 512, side, side));
        Conv2d op = new(256, 512, 3, 3, Padding: 1);
        DirectConvolution layer = new(op, new ReductionPlan(op, isCompact: false), default, null, Simd512.Count, BlockedImage.BlockChannels, arena);
        for (int threads = 1; threads <= 8; threads++)
        {
            DirectTiling tiling = DirectTiling.Of<Simd512>(layer, to, readsInPlace: false, unitPixels: null, threads);
            double most = (tiling.Items + threads - 1) / threads * (double)tiling.Panels * tiling.ItemPixels;
            Assert.True(most <= 1.45 * layer.Panels * tiling.Pixels / threads, $"{threads} threads: {tiling.Items} items of {tiling.Panels} panels by {tiling.ItemPixels} pixels");
        }
    }

    private static void Check<T>(int batch, int kernel, int height, int width, int unitPixels)
        where T : unmanaged, ISimd<T>
    {
        using NativeArena arena = new(new NativeAllocator { IsCounting = true });
        BlockedImage to = BlockedImage.Of(new TensorShape(batch, 64, height, width));
        foreach (int channels in (int[])[16, 512])
        {
            Conv2d op = new(channels, 64, kernel, kernel, Padding: kernel / 2);
            DirectConvolution layer = new(op, new ReductionPlan(op, isCompact: false), default, null, T.Count, BlockedImage.BlockChannels, arena);
            bool readsInPlace = DirectTiling.ReadsInPlace<T>(layer, to);
            for (int threads = 1; threads <= 5; threads++)
            {
                DirectTiling tiling = DirectTiling.Of<T>(layer, to, readsInPlace, unitPixels, threads);
                int blocks = (tiling.Pixels + tiling.ItemPixels - 1) / tiling.ItemPixels;
                Assert.True(tiling.ItemPixels % unitPixels == 0 || (threads > 1 && blocks * layer.Panels / TileKernel.Panels<T>() < 4 * threads), $"{typeof(T)}, {threads} threads: {tiling.ItemPixels}");
                Assert.True(!readsInPlace || tiling.ItemPixels % width == 0);
                Assert.Equal(blocks * tiling.PanelSplits, tiling.Items);
            }
        }
    }
}
