using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>How tiles are cut into blocks and rows: each once, tiles that need the same points beside each other, and not so that a kernel waits for itself.</summary>
public sealed class WinogradTilingTests
{
    [Fact]
    public void Every_tile_is_in_one_row()
    {
        for (int tiles = 1; tiles <= 300; tiles++)
        {
            CheckAll(Line(tiles));
        }

        foreach (int side in (int[])[3, 5, 7, 9, 10, 14, 17, 22, 75])
        {
            foreach (int batch in (int[])[1, 2, 3, 8])
            {
                CheckAll(Square(batch, side));
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
        Assert.Equal(heights, Assert.Single(WinogradTiling.Cut<Simd256>(Line(tiles), most: 28, panels: 4, unit: 1)).Rows.Select(r => r.Height).OrderDescending());

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 4 })]
    [InlineData(5, new[] { 5 })]
    [InlineData(6, new[] { 4, 4 })]
    [InlineData(9, new[] { 5, 4 })]
    [InlineData(10, new[] { 5, 5 })]
    public void Few_tiles_share_a_row(int tiles, int[] heights) => Assert.Equal(heights, WinogradTiling.RowsOfFew(Line(tiles)).Rows.Select(r => r.Height));

    [Theory]
    [InlineData(64, 24, 3, 2, new[] { 16, 16, 16, 16 })] // layer1 of one image of 128²: three blocks become four
    [InlineData(49, 12, 5, 2, new[] { 12, 12, 12, 13 })] // layer2 of one image of 224²: five become four
    [InlineData(16, 12, 1, 2, null)] // too few: threads share the pixels
    [InlineData(49, 12, 5, 1, null)]
    public void Each_thread_has_as_many_blocks(int tiles, int most, int blocks, int threads, int[]? sizes) =>
        Assert.Equal(sizes, WinogradTiling.CutEvenly<Simd256>(Line(tiles), most, panels: 4, unit: 1, blocks, threads)?.Select(b => b.Rows.Sum(r => r.Filled)));

    /// <summary>Layer3 of images of 224², whose sides of 14 pixels are 4, 4, 3, 3: of 16 tiles four need all points, eight five sixths of them, and four 25 of 36.</summary>
    [Theory]
    [InlineData(1, new[] { 16 })]
    [InlineData(3, new[] { 48 })]
    [InlineData(8, new[] { 48, 48, 32 })]
    public void Narrow_tiles_are_multiplied_by_whole_images(int batch, int[] sizes)
    {
        TileBlock[] blocks = WinogradTiling.Cut<Simd512>(Square(batch, 14), most: 36, panels: 8, unit: 1);
        Assert.Equal(sizes, blocks.Select(b => b.End - b.First));
        foreach (TileBlock block in blocks)
        {
            Assert.Equal(
                [(block.End - block.First) / 4, (block.End - block.First) / 2, (block.End - block.First) / 2, block.End - block.First],
                ((SparedPoints[])[SparedPoints.Both, SparedPoints.LastRow, SparedPoints.LastColumn, SparedPoints.None])
                    .Select(points => block.Rows.Where(r => (r.Spared & points) == 0).Sum(r => r.Filled)));
        }
    }

    /// <summary>Nine tiles of 10² by the points that they need would be rows of one, two, two and four: as they come, the last five need not the last row.</summary>
    [Fact]
    public void Rows_are_not_cut_smaller_than_pays() =>
        Assert.Equal([(4, SparedPoints.None), (5, SparedPoints.LastRow)], Assert.Single(WinogradTiling.Cut<Simd512>(Square(1, 10), most: 36, panels: 8, unit: 1)).Rows.Select(r => (r.Height, r.Spared)));

    /// <summary>Nine tiles of 10² need all points (one), the last row's or column's besides the 25 (two each), or those alone: these four are a row of their own. Of 9² none needs more.</summary>
    [Theory]
    [InlineData(10, 5, 5, 5, 5)]
    [InlineData(9, 5, 0, 0, 0)]
    public void Few_tiles_that_need_least_are_the_last_row(int side, params int[] counts)
    {
        TileBlock block = WinogradTiling.RowsOfFew(Square(1, side));
        FewTiles[] few = [.. block.Rows.Select(r => new FewTiles(block, r))];
        Assert.Equal(counts, Enumerable.Range(0, 4).Select(points => few[0].Needing((SparedPoints)points).Count));
        Assert.Equal([4, 0, 0, 0], Enumerable.Range(0, 4).Select(points => few[1].Needing((SparedPoints)points).Count));
        Assert.Equal(15, few[1].Pairs<Winograd4x4>());
        Assert.Equal(side == 10 ? 18 : 15, few[0].Pairs<Winograd4x4>());
        Assert.Equal(Enumerable.Range(0, 9), Enumerable.Range(0, 9).Select(row => (block.Tile(row).Y / 3 * 3) + (block.Tile(row).X / 3)).Order());
    }

    /// <summary>Of the four tiles of 7² the two that need the last row are neighbours, and the two that need the last column; of those of 4×14 the last two need the last column.</summary>
    [Theory]
    [InlineData(1, 7, 7, 4, 2, 2, 2)]
    [InlineData(1, 4, 14, 4, 4, 2, 2)]
    [InlineData(1, 14, 4, 4, 2, 4, 2)]
    [InlineData(2, 4, 7, 4, 4, 2, 2)]
    [InlineData(4, 4, 4, 4, 4, 4, 4)]
    public void Few_tiles_that_need_a_point_are_neighbours(int batch, int height, int width, params int[] counts)
    {
        TileBlock block = WinogradTiling.RowsOfFew(Grid(batch, height, width));
        FewTiles few = new(block, block.Rows[0]);
        for (SparedPoints points = 0; (int)points < 4; points++)
        {
            FewTiles.Range range = few.Needing(points);
            Assert.Equal(counts[(int)points], range.Count);
            Assert.InRange(range.First, 0, 4 - range.Count);
            Assert.All(Enumerable.Range(0, 4), t => Assert.True((block.Tile(t).Spared & points) != 0 || (t >= range.First && t < range.First + range.Count)));
        }
    }

    /// <summary>Blocks whose pixels are published as they are computed begin cache lines in every row of the image, or are whole images: no line is written in two parts.</summary>
    [Theory]
    [InlineData(1, 56, 56, 16, 14)]
    [InlineData(8, 56, 56, 16, 14)]
    [InlineData(8, 28, 28, 16, 7)]
    [InlineData(2, 32, 32, 16, 4)]
    [InlineData(3, 12, 36, 16, 9)]
    [InlineData(2, 14, 14, 196, 16)]
    [InlineData(26, 7, 7, 49, 4)]
    [InlineData(2, 3, 83, 249, 21)]
    [InlineData(8, 14, 14, null, 1)]
    [InlineData(1, 4, 1000, 16, 1)] // A row of 250 tiles is more than a block can have.
    [InlineData(1, 48, 50, 16, 1)] // Four rows of 50 pixels end inside a line.
    [InlineData(3, 8, 64, 16, 4)]
    [InlineData(5, 16, 26, 16, 1)]
    [InlineData(1, 1, 255, 255, 1)]
    public void Published_blocks_are_whole_lines(int batch, int height, int width, int? pixels, int unit)
    {
        TileGrid grid = Grid(batch, height, width);
        foreach (int most in (int[])[24, 36])
        {
            Assert.Equal(unit, WinogradTiling.Unit(grid, most, pixels));
            TileBlock[] blocks = WinogradTiling.Cut<Simd512>(grid, most, panels: 8, unit);
            Check<Simd512>(blocks, grid, most, panels: 8);
            CheckLines(blocks);
            for (int threads = 2; threads <= 8; threads++)
            {
                CheckLines(WinogradTiling.CutEvenly<Simd512>(grid, most, panels: 8, unit, blocks.Length, threads) ?? []);
            }
        }

        // A block that begins with a row of tiles is neighbouring pixels from there on; another one is so row by row.
        void CheckLines(TileBlock[] cut) => Assert.All(cut.Where(_ => unit > 1).Select(b => grid.Tile(b.First)), t =>
            Assert.All(Enumerable.Range(t.Y, t.X == 0 ? 1 : t.Height), y => Assert.Equal(0, ((y * width) + t.X) % pixels)));
    }

    /// <summary>Whole tiles, in one row.</summary>
    private static TileGrid Line(int tiles) => Grid(1, 4, 4 * tiles);

    private static TileGrid Square(int batch, int side) => Grid(batch, side, side);

    private static TileGrid Grid(int batch, int height, int width) => TileGrid.Of<Winograd4x4>(BlockedImage.Of(new TensorShape(batch, 16, height, width)));

    private static void CheckAll(TileGrid grid)
    {
        foreach (int most in (int[])[12, 24, 112])
        {
            foreach (int panels in (int[])[1, 2])
            {
                Check<Simd256>(WinogradTiling.Cut<Simd256>(grid, most, panels, unit: 1), grid, most, panels);
                Check<Simd512>(WinogradTiling.Cut<Simd512>(grid, most, panels, unit: 1), grid, most, panels);
            }
        }
    }

    private static void Check<T>(TileBlock[] blocks, TileGrid grid, int most, int panels)
        where T : unmanaged, ISimd<T>
    {
        int next = 0;
        foreach (TileBlock block in blocks)
        {
            Assert.Equal(next, block.First);
            Assert.InRange(block.End - block.First, 1, most * 3 / 2);
            int row = 0;
            List<Tile> tiles = [];
            foreach (TileRows rows in block.Rows)
            {
                Assert.Equal(row, rows.FirstRow);
                Assert.InRange(rows.Filled, 1, rows.Height);
                Assert.InRange(rows.Height, 1, TileKernel.MostRows<T>(panels));
                Tile[] own = [.. Enumerable.Range(rows.FirstRow, rows.Filled).Select(block.Tile)];
                Assert.All(own, t => Assert.Equal(rows.Spared, t.Spared & rows.Spared));
                tiles.AddRange(own);
                row += rows.Height;
            }

            Assert.Equal(row, block.Height);
            Assert.Equal(Enumerable.Range(block.First, block.End - block.First).Select(t => grid.Tile(t)).OrderBy(Position), tiles.OrderBy(Position));
            Assert.All(Enumerable.Range(0, 4), points => Assert.Equal(block.Rows.Count(r => ((int)r.Spared & points) == 0), block.RowsNeeding((SparedPoints)points)));
            next = block.End;
        }

        Assert.Equal(grid.Tiles, next);
    }

    private static (int Image, int Y, int X) Position(Tile tile) => (tile.Image, tile.Y, tile.X);
}
