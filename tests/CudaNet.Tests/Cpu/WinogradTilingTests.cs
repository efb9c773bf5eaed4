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
                foreach (int panels in (int[])[1, 2])
                {
                    Check<Simd256>(WinogradTiling.Cut<Simd256>(tiles, most, panels), tiles, most, panels);
                    Check<Simd512>(WinogradTiling.Cut<Simd512>(tiles, most, panels), tiles, most, panels);
                }
            }
        }
    }

    /// <summary>One row at a time waits for each of its multiply-adds as long as four do.</summary>
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(5, new[] { 5 })]
    [InlineData(7, new[] { 4, 3 })]
    [InlineData(12, new[] { 6, 6 })]
    [InlineData(28, new[] { 6, 6, 6, 5, 5 })]
    public void Rows_are_as_even_as_can_be(int tiles, int[] heights) =>
        Assert.Equal(heights, WinogradTiling.Rows(TileKernel.Rows, 0, tiles).Select(r => r.Height).OrderDescending());

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 4 })]
    [InlineData(5, new[] { 4, 1 })]
    public void Few_tiles_share_a_row(int tiles, int[] heights) => Assert.Equal(heights, WinogradTiling.RowsOfFour(tiles).Select(r => r.Height));

    [Theory]
    [InlineData(64, 24, 3, 2, new[] { 16, 16, 16, 16 })] // layer1 of one image of 128²: three blocks become four
    [InlineData(49, 12, 5, 2, new[] { 12, 12, 12, 13 })] // layer2 of one image of 224²: five become four
    [InlineData(16, 12, 1, 2, null)] // too few: threads share the pixels
    [InlineData(49, 12, 5, 1, null)]
    public void Each_thread_has_as_many_blocks(int tiles, int most, int blocks, int threads, int[]? sizes) =>
        Assert.Equal(sizes, WinogradTiling.CutEvenly<Simd256>(tiles, most, panels: 4, blocks, threads)?.Select(b => b.Sum(r => r.Filled)));

    private static void Check<T>(TileRows[][] blocks, int tiles, int most, int panels)
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
                Assert.InRange(rows.Height, 1, TileKernel.MostRows<T>(panels));
                (next, row) = (next + rows.Filled, row + rows.Height);
            }

            Assert.InRange(block.Sum(r => r.Filled), 1, most * 3 / 2);
        }

        Assert.Equal(tiles, next);
    }
}
