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
    /// <summary>Blocks of about so many tiles, as even as the kernels' heights permit; one that is half as large again where that is all.</summary>
    public static TileRows[][] Cut<T>(int tiles, int most)
        where T : unmanaged, ISimd<T>
    {
        ReadOnlySpan<int> heights = TileKernel.Heights<T>();
        most = tiles <= most * 3 / 2 ? tiles : most;
        int blocks = (tiles + most - 1) / most;
        int share = (tiles + blocks - 1) / blocks;
        share = share >= heights[0] && blocks > 1 ? Math.Min(most, (share + heights[0] - 1) / heights[0] * heights[0]) : share;
        List<TileRows[]> cut = [];
        for (int first = 0; first < tiles; first += share)
        {
            cut.Add(Rows(heights, first, Math.Min(share, tiles - first)));
        }

        return [.. cut];
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

    /// <summary>The first height of the cheapest cover: a kernel costs its rows and half a row for the weights that it loads.</summary>
    private static int Best(ReadOnlySpan<int> heights, int tiles)
    {
        double[] cost = new double[tiles + 1];
        int best = heights[0];
        for (int rest = 1; rest <= tiles; rest++)
        {
            cost[rest] = double.PositiveInfinity;
            foreach (int height in heights)
            {
                double here = height + 0.5 + cost[Math.Max(0, rest - height)];
                if (here < cost[rest])
                {
                    (cost[rest], best) = (here, height);
                }
            }
        }

        return best;
    }
}
