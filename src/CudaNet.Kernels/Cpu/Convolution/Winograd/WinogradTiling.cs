namespace CudaNet.Kernels.Cpu;

/// <summary>How the tiles of a batch are cut into blocks. Changes no bit: a tile's sums run in the same order in whatever block it falls.</summary>
internal static class WinogradTiling
{
    /// <summary>What reading a block's weights takes a term and point, in rows: layer3 of a batch of 8 takes 1.1 times as long by blocks of 24 as by 32 tiles (512 bits).</summary>
    private const double WeightCost = 8;

    /// <summary>The fewest tiles of a block that are worth its weights, where there are as many.</summary>
    public static int LeastTiles<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 24 : 12;

    /// <summary>
    /// Tiles that blocks do not cut apart, so that each begins at a multiple of so many pixels of its image: an image, some of a row of tiles, or a row of them. One where none of these is a multiple, or more than a block can have.
    /// </summary>
    /// <param name="grid">All tiles.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="pixels">How many, which divide an image; null for any.</param>
    public static int Unit(TileGrid grid, int most, int? pixels) =>
        pixels is not { } together ? 1
        : together == grid.Rows.Pixels * grid.Columns.Pixels ? (grid.ImageTiles <= Largest(most) ? grid.ImageTiles : 1)
        : grid.Columns.Pixels % together == 0 && together % grid.Columns.Size == 0 ? together / grid.Columns.Size
        : grid.Rows.Size * grid.Columns.Pixels % together == 0 && grid.Columns.Tiles <= Largest(most) ? grid.Columns.Tiles
        : 1;

    /// <summary>
    /// Blocks of at most so many tiles, or of half as many again where that is all: as even as can be, of full rows, or of whole images where tiles need different points, so that those which need
    /// the same are more; whichever costs least. Where tiles are not cut apart, of so many units as a block can have.
    /// </summary>
    /// <param name="grid">All tiles.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="panels">Whole ones of a group of the layer.</param>
    /// <param name="unit">Tiles that are not cut apart: <see cref="Unit"/>.</param>
    public static TileBlock[] Cut<T>(TileGrid grid, int most, int panels, int unit)
        where T : unmanaged, ISimd<T> => Cut<T>(grid, 0, grid.Tiles, most, panels, unit);

    /// <summary>The same of some tiles.</summary>
    /// <param name="grid">All tiles.</param>
    /// <param name="first">The first of those that are cut.</param>
    /// <param name="tiles">How many are cut.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="panels">Whole ones of a group of the layer.</param>
    /// <param name="unit">Tiles that are not cut apart: <see cref="Unit"/>.</param>
    public static TileBlock[] Cut<T>(TileGrid grid, int first, int tiles, int most, int panels, int unit)
        where T : unmanaged, ISimd<T>
    {
        int rows = TileKernel.MostRows<T>(panels);
        most = tiles <= Largest(most) ? tiles : most;
        int mostUnits = Math.Max(1, Largest(most) / unit);
        int blocks = Math.Max((tiles + most - 1) / most, ((tiles / unit) + mostUnits - 1) / mostUnits);
        int share = ((tiles + blocks - 1) / blocks + rows - 1) / rows * rows;
        List<int[]> cuts = share > most || share % unit != 0 ? [] : [Shares(tiles, share)];
        cuts.Add(Evenly(tiles, Math.Min(blocks, tiles / unit), unit));
        int kept = unit == 1 && grid.IsMixed ? grid.ImageTiles : unit;
        for (int count = kept > 1 ? Math.Min(tiles, Largest(most)) / kept : 0; count > 0; count--)
        {
            cuts.Add(Shares(tiles, count * kept));
        }

        TileBlocks<T> made = new(grid, panels);
        int[] best = cuts.MinBy(cut => Cost(made, first, cut))!;
        return Blocks(made, first, best);
    }

    /// <summary>About so many blocks, but as many for each thread; null where they would be too small to be worth their weights, or half as large again as they should be.</summary>
    public static TileBlock[]? CutEvenly<T>(TileGrid grid, int most, int panels, int unit, int blocks, int threads)
        where T : unmanaged, ISimd<T>
    {
        int more = (blocks + threads - 1) / threads * threads, fewer = blocks / threads * threads;
        int chosen = grid.Tiles / more >= LeastTiles<T>() ? more : fewer > 0 && grid.Tiles <= (long)fewer * Largest(most) ? fewer : 0;
        int units = grid.Tiles / unit;
        bool isEven = chosen > 0 && chosen <= units && (units + chosen - 1) / chosen * unit <= Largest(most);
        return !isEven || threads == 1 ? null : Blocks(new TileBlocks<T>(grid, panels), first: 0, Evenly(grid.Tiles, chosen, unit));
    }

    /// <summary>
    /// All tiles in rows of five and four, so that fours have nothing over, or of four, filled or not, and of one. Those that need a point are neighbours in a row of four, and those that need fewest
    /// are in the last rows.
    /// </summary>
    public static TileBlock RowsOfFew(TileGrid grid)
    {
        (int fours, int over) = Math.DivRem(grid.Tiles, 4);
        int fives = over <= fours ? over : 0;
        List<TileRows> rows = [];
        for (int first = 0; first < grid.Tiles; first += rows[^1].Filled)
        {
            int filled = Math.Min(grid.Tiles - first, rows.Count < fives ? 5 : 4);
            rows.Add(new TileRows(first, filled, filled == 1 ? 1 : Math.Max(filled, 4), SparedPoints.None));
        }

        int[] order = [.. Enumerable.Range(0, grid.Tiles).OrderBy(t => PlaceAmongFew(grid.Tile(t).Spared))];
        return new TileBlock(grid, 0, grid.Tiles, new TileMatrix([.. rows], order));
    }

    /// <summary>What the kernels take a term and point for so many tiles that need the same points.</summary>
    public static double RowsCost<T>(int tiles, int panels)
        where T : unmanaged, ISimd<T>
    {
        int most = TileKernel.MostRows<T>(panels);
        return Enumerable.Range(0, TileCut.Count(tiles, most))
            .Sum(i => TileBlocks<T>.RowsCost(TileKernel.Height(TileCut.First(tiles, most, i + 1) - TileCut.First(tiles, most, i)), panels >= 2));
    }

    /// <summary>First those that need the last row alone, then those that need the last row and column, then the last column alone, then neither.</summary>
    private static int PlaceAmongFew(SparedPoints spared) => spared switch { SparedPoints.LastColumn => 0, SparedPoints.None => 1, SparedPoints.LastRow => 2, _ => 3 };

    /// <summary>What a block may have where all tiles, or those that are not cut apart, are a little more than it should have.</summary>
    private static int Largest(int most) => most * 3 / 2;

    /// <summary>Boundaries of so many blocks.</summary>
    private static int[] Evenly(int tiles, int blocks, int unit) => [.. Enumerable.Range(0, blocks + 1).Select(b => (int)((long)(tiles / unit) * b / blocks) * unit)];

    /// <summary>Boundaries of blocks of so many tiles, the last of what is left.</summary>
    private static int[] Shares(int tiles, int share) => [.. Enumerable.Range(0, ((tiles + share - 1) / share) + 1).Select(b => Math.Min(tiles, b * share))];

    private static double Cost<T>(TileBlocks<T> made, int first, int[] boundaries)
        where T : unmanaged, ISimd<T>
    {
        double cost = (boundaries.Length - 1) * WeightCost * TileBlocks<T>.Needed(SparedPoints.None);
        for (int block = 1; block < boundaries.Length; block++)
        {
            cost += made.Cost(first + boundaries[block - 1], first + boundaries[block]);
        }

        return cost;
    }

    /// <summary>Blocks from each of the boundaries to the next, counted from the first tile.</summary>
    private static TileBlock[] Blocks<T>(TileBlocks<T> made, int first, int[] boundaries)
        where T : unmanaged, ISimd<T>
    {
        TileBlock[] blocks = new TileBlock[boundaries.Length - 1];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = made.Block(first + boundaries[block], first + boundaries[block + 1]);
        }

        return blocks;
    }
}
