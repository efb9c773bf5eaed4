using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>How neighbouring rows are cut into tiles of a <see cref="TileKernel"/>: as few as can be, as even as can be. Changes no bit: a row's sums run in the same order in whatever tile it falls.</summary>
internal static class TileCut
{
    /// <summary>How many tiles.</summary>
    /// <param name="rows">Rows of all.</param>
    /// <param name="most">Of a tile, <see cref="TileKernel.MostRows{T}"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(int rows, int most) => (rows + most - 1) / most;

    /// <summary>The first row of a tile; of the one after the last, the number of rows.</summary>
    /// <param name="rows">As above.</param>
    /// <param name="most">As above.</param>
    /// <param name="index">Which tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First(int rows, int most, int index)
    {
        int first = (int)((long)rows * index / Count(rows, most));
        return Math.Min(rows, most > TileKernel.Rows ? TileKernel.Height(first) : first);
    }

    /// <summary>The first rows of all tiles, and the row after the last tile's.</summary>
    /// <param name="rows">As above.</param>
    /// <param name="most">As above.</param>
    /// <param name="before">Rows before the first tile.</param>
    /// <param name="firsts">Receives them.</param>
    /// <returns>How many tiles.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe int Cut(int rows, int most, int before, int* firsts)
    {
        int tiles = Count(rows, most);
        for (int tile = 0; tile <= tiles; tile++)
        {
            firsts[tile] = before + First(rows, most, tile);
        }

        return tiles;
    }
}
