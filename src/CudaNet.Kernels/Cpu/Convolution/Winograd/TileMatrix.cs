using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>How a block's tiles are rows of a matrix: those that need the same points lie beside each other. Blocks whose tiles need the same points, one after the other, share one.</summary>
internal sealed class TileMatrix
{
    private readonly int[] _order;
    private readonly int[] _needing = new int[4];

    /// <param name="rows">Rows that are multiplied together.</param>
    /// <param name="order">The tile of each row, counted from the block's first; of rows that are not filled, any.</param>
    public TileMatrix(TileRows[] rows, int[] order)
    {
        Rows = rows;
        _order = order;
        foreach (TileRows some in rows)
        {
            for (int points = 0; points < _needing.Length; points++)
            {
                _needing[points] += (some.Spared & (SparedPoints)points) == 0 ? 1 : 0;
            }
        }
    }

    /// <summary>Rows that are multiplied together.</summary>
    public TileRows[] Rows { get; }

    /// <summary>Rows, filled or not.</summary>
    public int Height => Rows[^1].FirstRow + Rows[^1].Height;

    /// <summary>Whether some rows do not need all points.</summary>
    public bool SparesPoints => _needing[(int)SparedPoints.Both] < Rows.Length;

    /// <summary>The tile of a row, counted from the block's first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Tile(int row) => _order[row];

    /// <summary>How many of <see cref="Rows"/> need some points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RowsNeeding(SparedPoints points) => _needing[(int)points];
}
