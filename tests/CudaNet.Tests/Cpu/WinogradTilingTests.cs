using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How tiles are cut into blocks and rows: each once, in order, and not so that a kernel waits for itself.</summary>
public sealed class WinogradTilingTests
{
    [Fact]
    public void Every_tile_is_in_one_row()
    {
        for (int tiles = 1; tiles <= 300; tiles++)
        {
            foreach (int most in (int[])[12, 24, 112])
            {
                Check<Simd256>(WinogradTiling.Cut<Simd256>(tiles, most), tiles, most);
                Check<Simd512>(WinogradTiling.Cut<Simd512>(tiles, Math.Max(28, most / 14 * 14)), tiles, Math.Max(28, most));
            }
        }
    }

    /// <summary>One row at a time waits for each of its multiply-adds as long as four do.</summary>
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 4 })]
    [InlineData(3, new[] { 4 })]
    [InlineData(5, new[] { 6 })]
    [InlineData(7, new[] { 4, 4 })]
    [InlineData(12, new[] { 6, 6 })]
    public void Few_tiles_share_a_row(int tiles, int[] heights) =>
        Assert.Equal(heights, WinogradTiling.Rows(TileKernel.Heights<Simd256>(), 0, tiles).Select(r => r.Height).OrderDescending());

    [Theory]
    [InlineData(64, 24, 3, 2, new[] { 16, 16, 16, 16 })] // layer1 of one image of 128²: three blocks become four
    [InlineData(49, 12, 5, 2, new[] { 12, 12, 12, 13 })] // layer2 of one image of 224²: five become four
    [InlineData(16, 12, 1, 2, null)] // too few: threads share the pixels
    [InlineData(49, 12, 5, 1, null)]
    public void Each_thread_has_as_many_blocks(int tiles, int most, int blocks, int threads, int[]? sizes) =>
        Assert.Equal(sizes, WinogradTiling.CutEvenly<Simd256>(tiles, most, blocks, threads)?.Select(b => b.Sum(r => r.Filled)));

    private static void Check<T>(TileRows[][] blocks, int tiles, int most)
        where T : unmanaged, ISimd<T>
    {
        int next = 0;
        foreach (TileRows[] block in blocks)
        {
            int row = 0;
            foreach (TileRows rows in block)
            {
                Assert.Equal((next, row), (rows.First, rows.FirstRow));
                Assert.InRange(rows.Filled, 1, rows.Height);
                Assert.Contains(rows.Height, TileKernel.Heights<T>().ToArray());
                (next, row) = (next + rows.Filled, row + rows.Height);
            }

            Assert.InRange(block.Sum(r => r.Filled), 1, most * 3 / 2);
        }

        Assert.Equal(tiles, next);
    }
}
