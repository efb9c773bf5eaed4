namespace CudaNet.Kernels.Cpu;

/// <summary>How the tiles of a batch are cut into blocks and rows. Changes no bit: a tile's sums run in the same order in whatever block it falls.</summary>
internal static class WinogradTiling
{
    /// <summary>What reading a block's weights takes a term, in rows: layer3 of a batch of 8 takes 1.1 times as long by blocks of 24 as by 32 tiles (512 bits).</summary>
    private const double WeightCost = 8;

    private const SparedPoints AnySpared = SparedPoints.LastRow | SparedPoints.LastColumn;

    /// <summary>The fewest tiles of a block that are worth its weights, where there are as many.</summary>
    public static int LeastTiles<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 24 : 12;

    /// <summary>
    /// Blocks of at most so many tiles, or of half as many again where that is all: as even as can be, or of full rows where that costs less; where some tiles are narrow, of whole images, whose
    /// alike tiles are more.
    /// </summary>
    /// <param name="grid">All tiles.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="panels">Whole ones of a group of the layer.</param>
    public static TileBlock[] Cut<T>(TileGrid grid, int most, int panels)
        where T : unmanaged, ISimd<T> => Cut<T>(grid, 0, grid.Tiles, most, panels);

    /// <summary>The same of some tiles.</summary>
    /// <param name="grid">All tiles.</param>
    /// <param name="first">The first of those that are cut.</param>
    /// <param name="tiles">How many are cut.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="panels">Whole ones of a group of the layer.</param>
    public static TileBlock[] Cut<T>(TileGrid grid, int first, int tiles, int most, int panels)
        where T : unmanaged, ISimd<T>
    {
        int rows = TileKernel.MostRows<T>(panels);
        most = tiles <= most * 3 / 2 ? tiles : most;
        int blocks = (tiles + most - 1) / most;
        int share = ((tiles + blocks - 1) / blocks + rows - 1) / rows * rows;
        List<TileBlock[]> cuts = share > most ? [] : [Cut<T>(grid, Shares(tiles, share), first, panels)];
        cuts.Add(Cut<T>(grid, Evenly(tiles, blocks), first, panels));
        int images = grid.HasNarrow && tiles == grid.Tiles ? Math.Min(grid.Batch, most * 3 / 2 / grid.ImageTiles) : 0;
        cuts.AddRange(Enumerable.Range(0, images).Select(fewer => Cut<T>(grid, Shares(tiles, (images - fewer) * grid.ImageTiles), first, panels)));
        return cuts.MinBy(c => c.Sum(b => Cost<T>(b.Rows, panels) + (Needed(SparedPoints.None) * WeightCost)))!;
    }

    /// <summary>About so many blocks, but as many for each thread; null where they would be too small to be worth their weights, or half as large again as they should be.</summary>
    public static TileBlock[]? CutEvenly<T>(TileGrid grid, int most, int panels, int blocks, int threads)
        where T : unmanaged, ISimd<T>
    {
        int more = (blocks + threads - 1) / threads * threads, fewer = blocks / threads * threads;
        int chosen = grid.Tiles / more >= LeastTiles<T>() ? more : fewer > 0 && grid.Tiles <= fewer * (most * 3L / 2) ? fewer : 0;
        int together = grid.HasNarrow && chosen <= grid.Batch ? grid.ImageTiles : 1;
        return chosen == 0 || threads == 1 ? null : Cut<T>(grid, Evenly(grid.Tiles / together, chosen).Select(b => b * together), first: 0, panels);
    }

    /// <summary>All tiles in rows of four, filled or not, and of one.</summary>
    public static TileBlock RowsOfFour(TileGrid grid)
    {
        int tiles = grid.Tiles;
        TileRows[] rows = [.. Enumerable.Range(0, (tiles + 3) / 4).Select(r => new TileRows(4 * r, Math.Min(4, tiles - (4 * r)), tiles - (4 * r) == 1 ? 1 : 4, SparedPoints.None))];
        return new TileBlock(grid, 0, tiles, rows, [.. rows.SelectMany(r => Enumerable.Range(r.FirstRow, r.Filled).Select(t => grid[t]).OrderBy(t => PlaceAmongFew(t.Spared)))]);
    }

    /// <summary>Beside each other are those that need the last row, those that need the last column, and between them those that need both.</summary>
    private static int PlaceAmongFew(SparedPoints spared) => spared switch { SparedPoints.LastColumn => 0, SparedPoints.None => 1, SparedPoints.LastRow => 2, _ => 3 };

    /// <summary>What the kernels take a term for so many tiles, in rows.</summary>
    public static double Cost<T>(int tiles, int panels)
        where T : unmanaged, ISimd<T>
    {
        int most = TileKernel.MostRows<T>(panels);
        return Enumerable.Range(0, TileCut.Count(tiles, most)).Sum(i => Cost<T>(TileKernel.Height(TileCut.First(tiles, most, i + 1) - TileCut.First(tiles, most, i)), panels >= 2));
    }

    /// <summary>One block, its rows cut as costs least: apart by all points that tiles need, by the last row's or column's, or by none.</summary>
    private static TileBlock Block<T>(TileGrid grid, int first, int end, int panels)
        where T : unmanaged, ISimd<T>
    {
        int most = TileKernel.MostRows<T>(panels);
        Tile[] tiles = [.. Enumerable.Range(first, end - first).Select(t => grid[t])];
        SparedPoints[] apart = tiles.All(t => t.Spared == tiles[0].Spared) ? [SparedPoints.None] : [SparedPoints.None, SparedPoints.LastRow, SparedPoints.LastColumn, AnySpared];
        return apart.Select(by => Block(grid, first, end, tiles, by, most)).MinBy(b => Cost<T>(b.Rows, panels))!;
    }

    /// <summary>One block, whose rows have tiles that agree in some points.</summary>
    private static TileBlock Block(in TileGrid grid, int first, int end, Tile[] tiles, SparedPoints by, int most)
    {
        List<TileRows> rows = [];
        List<Tile> placed = [];
        foreach (Tile[] alike in tiles.GroupBy(t => t.Spared & by).Select(g => g.ToArray()))
        {
            int count = TileCut.Count(alike.Length, most);
            for (int index = 0, begin = 0, next; index < count; index++, begin = next)
            {
                next = TileCut.First(alike.Length, most, index + 1);
                Tile[] filled = alike[begin..next];
                int height = TileKernel.Height(filled.Length);
                rows.Add(new TileRows(placed.Count, filled.Length, height, filled.Aggregate(AnySpared, (spared, t) => spared & t.Spared)));
                placed.AddRange(filled);
                placed.AddRange(new Tile[height - filled.Length]);
            }
        }

        return new TileBlock(grid, first, end, [.. rows], [.. placed]);
    }

    /// <summary>What the kernels take for all points of a tile.</summary>
    private static double Cost<T>(TileRows[] rows, int panels)
        where T : unmanaged, ISimd<T> => rows.Sum(r => Cost<T>(r.Height, panels >= 2) * Needed(r.Spared));

    /// <summary>Of the 36 points of F(4×4); of other tiles the proportion is about the same.</summary>
    private static int Needed(SparedPoints spared) => spared switch { SparedPoints.None => 36, AnySpared => 25, _ => 30 };

    /// <summary>What a kernel takes a term: its rows, and half a row for the weights that it loads. With few rows each multiply-add waits for the one before, and loads for one another.</summary>
    private static double Cost<T>(int height, bool hasTwoPanels)
        where T : unmanaged, ISimd<T> => Math.Max(height, TileKernel.Panels<T>() == 2 && hasTwoPanels ? 2 + (height / 2.0) : 3.5) + 0.5;

    /// <summary>Boundaries of so many blocks.</summary>
    private static IEnumerable<int> Evenly(int tiles, int blocks) => Enumerable.Range(0, blocks + 1).Select(b => (int)((long)tiles * b / blocks));

    /// <summary>Boundaries of blocks of so many tiles, the last of what is left.</summary>
    private static IEnumerable<int> Shares(int tiles, int share) => Enumerable.Range(0, ((tiles + share - 1) / share) + 1).Select(b => Math.Min(tiles, b * share));

    /// <summary>Blocks from each of the boundaries to the next, counted from the first tile.</summary>
    private static TileBlock[] Cut<T>(TileGrid grid, IEnumerable<int> boundaries, int first, int panels)
        where T : unmanaged, ISimd<T> =>
        [.. boundaries.Zip(boundaries.Skip(1), (begin, end) => Block<T>(grid, first + begin, first + end, panels))];
}
