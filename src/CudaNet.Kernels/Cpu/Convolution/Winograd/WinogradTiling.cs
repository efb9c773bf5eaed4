namespace CudaNet.Kernels.Cpu;

/// <summary>Tiles that are multiplied together, as rows of a matrix.</summary>
/// <param name="First">The first tile, counted through the batch.</param>
/// <param name="Filled">How many.</param>
/// <param name="Height">Rows of the kernel that multiplies them; the rows beyond <paramref name="Filled"/> are undefined.</param>
/// <param name="FirstRow">Rows of the block before it.</param>
internal readonly record struct TileRows(int First, int Filled, int Height, int FirstRow);

/// <summary>How the tiles of a batch are cut into blocks and rows. Changes no bit: a tile's sums run in the same order in whatever block it falls.</summary>
internal static class WinogradTiling
{
    /// <summary>The fewest tiles of a block that are worth its weights, where there are as many.</summary>
    public static int LeastTiles<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 24 : 12;

    /// <summary>Blocks of at most so many tiles, or of half as many again where that is all: as even as can be, or of full rows where that costs less.</summary>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="panels">Whole ones of a group of the layer.</param>
    /// <param name="first">The first tile.</param>
    public static TileRows[][] Cut<T>(int tiles, int most, int panels, int first = 0)
        where T : unmanaged, ISimd<T>
    {
        int rows = TileKernel.MostRows<T>(panels);
        most = tiles <= most * 3 / 2 ? tiles : most;
        int blocks = (tiles + most - 1) / most;
        int share = ((tiles + blocks - 1) / blocks + rows - 1) / rows * rows;
        TileRows[][] even = Evenly<T>(tiles, blocks, panels, first);
        TileRows[][] full = share > most ? even : Cut(Enumerable.Range(0, (tiles + share - 1) / share + 1).Select(b => Math.Min(tiles, b * share)), rows, first);
        return full.Sum(b => Cost<T>(b, panels)) <= even.Sum(b => Cost<T>(b, panels)) ? full : even;
    }

    /// <summary>About so many blocks, but as many for each thread; null where they would be too small to be worth their weights, or half as large again as they should be.</summary>
    public static TileRows[][]? CutEvenly<T>(int tiles, int most, int panels, int blocks, int threads)
        where T : unmanaged, ISimd<T>
    {
        int more = (blocks + threads - 1) / threads * threads, fewer = blocks / threads * threads;
        int chosen = tiles / more >= LeastTiles<T>() ? more : fewer > 0 && tiles <= fewer * (most * 3L / 2) ? fewer : 0;
        return chosen == 0 || threads == 1 ? null : Evenly<T>(tiles, chosen, panels, first: 0);
    }

    /// <summary>Rows of a block, filled or not.</summary>
    public static int Height(TileRows[] rows) => rows[^1].FirstRow + rows[^1].Height;

    /// <summary>Some tiles in rows of at most so many.</summary>
    public static TileRows[] Rows(int most, int first, int tiles)
    {
        TileRows[] rows = new TileRows[TileCut.Count(tiles, most)];
        for (int index = 0; index < rows.Length; index++)
        {
            int begin = TileCut.First(tiles, most, index);
            int filled = TileCut.First(tiles, most, index + 1) - begin;
            rows[index] = new TileRows(first + begin, filled, TileKernel.Height(filled), begin);
        }

        return rows;
    }

    /// <summary>All tiles in rows of four, filled or not, and of one.</summary>
    public static TileRows[] RowsOfFour(int tiles) =>
        [.. Enumerable.Range(0, (tiles + 3) / 4).Select(r => new TileRows(4 * r, Math.Min(4, tiles - (4 * r)), tiles - (4 * r) == 1 ? 1 : 4, 4 * r))];

    /// <summary>What the kernels take a term for so many tiles, in rows.</summary>
    public static double Cost<T>(int tiles, int panels)
        where T : unmanaged, ISimd<T> => Cost<T>(Rows(TileKernel.MostRows<T>(panels), 0, tiles), panels);

    private static double Cost<T>(TileRows[] rows, int panels)
        where T : unmanaged, ISimd<T> => rows.Sum(r => Cost<T>(r.Height, panels >= 2));

    /// <summary>What a kernel takes a term: its rows, and half a row for the weights that it loads. With few rows each multiply-add waits for the one before, and loads for one another.</summary>
    private static double Cost<T>(int height, bool hasTwoPanels)
        where T : unmanaged, ISimd<T> => Math.Max(height, TileKernel.Panels<T>() == 2 && hasTwoPanels ? 2 + (height / 2.0) : 3.5) + 0.5;

    private static TileRows[][] Evenly<T>(int tiles, int blocks, int panels, int first)
        where T : unmanaged, ISimd<T> => Cut(Enumerable.Range(0, blocks + 1).Select(b => (int)((long)tiles * b / blocks)), TileKernel.MostRows<T>(panels), first);

    /// <summary>Blocks from each of the boundaries to the next, counted from the first tile.</summary>
    private static TileRows[][] Cut(IEnumerable<int> boundaries, int mostRows, int first) =>
        [.. boundaries.Zip(boundaries.Skip(1), (begin, end) => Rows(mostRows, first + begin, end - begin))];
}
