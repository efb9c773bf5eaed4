namespace CudaNet.Kernels.Cpu;

/// <summary>Neighbouring tiles of a batch whose products are computed together. Within the block, tiles that need the same points lie beside each other.</summary>
internal sealed class TileBlock
{
    private readonly Tile[] _tiles;
    private readonly int[] _needing;

    /// <param name="grid">All tiles.</param>
    /// <param name="first">The first of these, counted through the batch.</param>
    /// <param name="end">After the last.</param>
    /// <param name="rows">The rows of a matrix that they are.</param>
    /// <param name="tiles">The tile of each row, of none where it is not filled.</param>
    public TileBlock(in TileGrid grid, int first, int end, TileRows[] rows, Tile[] tiles)
    {
        (Grid, First, End, Rows) = (grid, first, end, rows);
        _tiles = tiles;
        _needing = [.. Enumerable.Range(0, 4).Select(points => rows.Count(r => (r.Spared & (SparedPoints)points) == 0))];
    }

    /// <summary>All tiles of the batch.</summary>
    public TileGrid Grid { get; }

    /// <summary>The first tile, counted through the batch.</summary>
    public int First { get; }

    /// <summary>After the last.</summary>
    public int End { get; }

    /// <summary>Rows that are multiplied together.</summary>
    public TileRows[] Rows { get; }

    /// <summary>Rows of the block, filled or not.</summary>
    public int Height => Rows[^1].FirstRow + Rows[^1].Height;

    /// <summary>The tiles of some rows.</summary>
    public ReadOnlySpan<Tile> Tiles(in TileRows rows) => _tiles.AsSpan(rows.FirstRow, rows.Filled);

    /// <summary>How many of <see cref="Rows"/> need some points.</summary>
    public int RowsNeeding(SparedPoints points) => _needing[(int)points];
}
