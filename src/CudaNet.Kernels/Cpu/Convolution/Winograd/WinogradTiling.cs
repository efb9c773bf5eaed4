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
    /// <summary>Blocks of at most so many tiles, or of half as many again where that is all: as even as can be, or of full rows where that costs less.</summary>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="most">Of a block.</param>
    /// <param name="first">The first one.</param>
    public static TileRows[][] Cut<T>(int tiles, int most, int first = 0)
        where T : unmanaged, ISimd<T>
    {
        int rows = TileKernel.Heights<T>()[0];
        most = tiles <= most * 3 / 2 ? tiles : most;
        int blocks = (tiles + most - 1) / most;
        int share = ((tiles + blocks - 1) / blocks + rows - 1) / rows * rows;
        TileRows[][] even = Evenly<T>(tiles, blocks, first);
        TileRows[][] full = share > most ? even : Cut<T>(Enumerable.Range(0, (tiles + share - 1) / share + 1).Select(b => Math.Min(tiles, b * share)), first);
        return full.Sum(Cost) <= even.Sum(Cost) ? full : even;
    }

    /// <summary>About so many blocks, but as many for each thread; null where they would be too small to be worth their weights, or half as large again as they should be.</summary>
    public static TileRows[][]? CutEvenly<T>(int tiles, int most, int blocks, int threads)
        where T : unmanaged, ISimd<T>
    {
        int more = (blocks + threads - 1) / threads * threads, fewer = blocks / threads * threads;
        int chosen = tiles / more >= 2 * T.TileRows ? more : fewer > 0 && tiles <= fewer * (most * 3L / 2) ? fewer : 0;
        return chosen == 0 || threads == 1 ? null : Evenly<T>(tiles, chosen, first: 0);
    }

    /// <summary>Rows of a block, filled or not.</summary>
    public static int Height(TileRows[] rows) => rows[^1].FirstRow + rows[^1].Height;

    /// <summary>Some tiles in rows of those heights, at least cost.</summary>
    public static TileRows[] Rows(ReadOnlySpan<int> heights, int first, int tiles)
    {
        List<TileRows> rows = [];
        int row = 0;
        for (int done = 0; done < tiles;)
        {
            int height = Best(heights, tiles - done);
            int filled = Math.Min(height, tiles - done);
            rows.Add(new TileRows(first + done, filled, height, row));
            done += filled;
            row += height;
        }

        return [.. rows];
    }

    private static TileRows[][] Evenly<T>(int tiles, int blocks, int first)
        where T : unmanaged, ISimd<T> => Cut<T>(Enumerable.Range(0, blocks + 1).Select(b => (int)((long)tiles * b / blocks)), first);

    /// <summary>Blocks from each of the boundaries to the next, counted from the first tile.</summary>
    private static TileRows[][] Cut<T>(IEnumerable<int> boundaries, int first)
        where T : unmanaged, ISimd<T> => [.. boundaries.Zip(boundaries.Skip(1), (begin, end) => Rows(TileKernel.Heights<T>(), first + begin, end - begin))];

    /// <summary>What the kernels take a term for so many tiles, in rows.</summary>
    public static double Cost<T>(int tiles)
        where T : unmanaged, ISimd<T> => Cost(Rows(TileKernel.Heights<T>(), 0, tiles));

    private static double Cost(TileRows[] rows) => rows.Sum(r => Cost(r.Height));

    /// <summary>What a kernel takes a term: its rows, and half a row for the weights that it loads. With few rows each multiply-add waits for the one before.</summary>
    private static double Cost(int height) => Math.Max(height, 3.5) + 0.5;

    /// <summary>The first height of the cheapest cover.</summary>
    private static int Best(ReadOnlySpan<int> heights, int tiles)
    {
        double[] cost = new double[tiles + 1];
        int best = heights[0];
        for (int rest = 1; rest <= tiles; rest++)
        {
            cost[rest] = double.PositiveInfinity;
            foreach (int height in heights)
            {
                double here = Cost(height) + cost[Math.Max(0, rest - height)];
                if (here < cost[rest])
                {
                    (cost[rest], best) = (here, height);
                }
            }
        }

        return best;
    }
}
