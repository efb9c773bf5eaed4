namespace CudaNet.Kernels.Cpu;

/// <summary>Makes blocks of a batch's tiles, for layers of so many whole panels. Blocks that begin alike in an image and are as long have the same matrix, which is cut once.</summary>
internal sealed class TileBlocks<T>(TileGrid grid, int panels)
    where T : unmanaged, ISimd<T>
{
    private readonly Dictionary<(int First, int Tiles), (TileMatrix Matrix, double Cost)> _cut = [];
    private readonly int _mostRows = TileKernel.MostRows<T>(panels);

    /// <summary>Some tiles as one block.</summary>
    /// <param name="first">The first tile, counted through the batch.</param>
    /// <param name="end">After the last.</param>
    public TileBlock Block(int first, int end) => new(grid, first, end, Cut(first, end).Matrix);

    /// <summary>What the kernels take a term for all points of a block.</summary>
    public double Cost(int first, int end) => Cut(first, end).Cost;

    /// <summary>What a kernel takes a term and point for some rows: themselves, and half a row for the weights that it loads. With few rows each multiply-add waits for the one before, and loads for one another.</summary>
    public static double RowsCost(int rows, bool hasTwoPanels) => Math.Max(rows, TileKernel.Panels<T>() == 2 && hasTwoPanels ? 2 + (rows / 2.0) : 3.5) + 0.5;

    /// <summary>Points of those that are needed, of 36: what F(4×4) has, as nearly all layers.</summary>
    public static int Needed(SparedPoints spared) => spared switch { SparedPoints.None => 36, SparedPoints.Both => 25, _ => 30 };

    /// <summary>The matrix that costs least: apart by all points that tiles need, by the last row's or column's, or by none.</summary>
    private (TileMatrix Matrix, double Cost) Cut(int first, int end)
    {
        int start = grid.IsMixed ? first % grid.ImageTiles : 0;
        if (_cut.TryGetValue((start, end - first), out (TileMatrix Matrix, double Cost) known))
        {
            return known;
        }

        SparedPoints[] spared = new SparedPoints[end - first];
        bool areAlike = true;
        for (int tile = 0; tile < spared.Length; tile++)
        {
            spared[tile] = grid.Tile(start + tile).Spared;
            areAlike &= spared[tile] == spared[0];
        }

        TileMatrix best = Matrix(spared, SparedPoints.None);
        for (SparedPoints by = SparedPoints.LastRow; by <= SparedPoints.Both && !areAlike; by++)
        {
            TileMatrix matrix = Matrix(spared, by);
            best = Cost(matrix) < Cost(best) ? matrix : best;
        }

        return _cut[(start, end - first)] = (best, Cost(best));
    }

    /// <summary>Rows whose tiles agree in some points, as even as can be.</summary>
    private TileMatrix Matrix(SparedPoints[] spared, SparedPoints by)
    {
        List<TileRows> rows = [];
        List<int> order = [];
        for (SparedPoints kind = 0; kind <= SparedPoints.Both; kind++)
        {
            int[] alike = Alike(spared, by, kind);
            for (int index = 0, next, begin = 0; index < TileCut.Count(alike.Length, _mostRows); index++, begin = next)
            {
                next = TileCut.First(alike.Length, _mostRows, index + 1);
                int firstRow = order.Count, height = TileKernel.Height(next - begin);
                SparedPoints byAll = SparedPoints.Both;
                for (int row = begin; row < begin + height; row++)
                {
                    int tile = alike[Math.Min(row, next - 1)];
                    byAll &= spared[tile];
                    order.Add(tile);
                }

                rows.Add(new TileRows(firstRow, next - begin, height, byAll));
            }
        }

        return new TileMatrix([.. rows], [.. order]);
    }

    /// <summary>The tiles that are of one kind, in order.</summary>
    private static int[] Alike(SparedPoints[] spared, SparedPoints by, SparedPoints kind)
    {
        List<int> alike = [];
        for (int tile = 0; tile < spared.Length; tile++)
        {
            if ((spared[tile] & by) == kind)
            {
                alike.Add(tile);
            }
        }

        return [.. alike];
    }

    private double Cost(TileMatrix matrix)
    {
        double cost = 0;
        foreach (TileRows rows in matrix.Rows)
        {
            cost += RowsCost(rows.Height, panels >= 2) * Needed(rows.Spared);
        }

        return cost;
    }
}
