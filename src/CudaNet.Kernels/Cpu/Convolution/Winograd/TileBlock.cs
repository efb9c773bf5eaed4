using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Neighbouring tiles of a batch whose products are computed together.</summary>
/// <param name="grid">All tiles.</param>
/// <param name="first">The first of these, counted through the batch.</param>
/// <param name="end">After the last.</param>
/// <param name="matrix">How they are rows of a matrix.</param>
internal sealed class TileBlock(TileGrid grid, int first, int end, TileMatrix matrix)
{
    private readonly TileGrid _grid = grid;

    /// <summary>All tiles of the batch.</summary>
    public ref readonly TileGrid Grid => ref _grid;

    /// <summary>The first tile, counted through the batch.</summary>
    public int First => first;

    /// <summary>After the last.</summary>
    public int End => end;

    /// <summary>Rows that are multiplied together.</summary>
    public TileRows[] Rows => matrix.Rows;

    /// <summary>Rows of the block, filled or not.</summary>
    public int Height => matrix.Height;

    /// <summary>Whether some rows do not need all points.</summary>
    public bool SparesPoints => matrix.SparesPoints;

    /// <summary>The tile of a row that is filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Tile Tile(int row) => _grid.Tile(first + matrix.Tile(row));

    /// <summary>How many of <see cref="Rows"/> need some points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RowsNeeding(SparedPoints points) => matrix.RowsNeeding(points);
}
