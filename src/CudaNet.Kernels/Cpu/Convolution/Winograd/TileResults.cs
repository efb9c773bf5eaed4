using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Keeps a tile's outputs, row by row.</summary>
/// <param name="values">Where.</param>
/// <param name="part">Those that the tile has; the others are kept, too.</param>
internal readonly unsafe struct TileResults<T>(float* values, TilePart part) : ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1)
    {
        float* to = values + (row * 2 * T.Count);
        T.Store(y0, to);
        T.Store(y1, to + T.Count);
        return part.Sum(row, y0, y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1, T y2, T y3)
    {
        float* to = values + (row * 4 * T.Count);
        T.Store(y0, to);
        T.Store(y1, to + T.Count);
        T.Store(y2, to + (2 * T.Count));
        T.Store(y3, to + (3 * T.Count));
        return part.Sum(row, y0, y1, y2, y3);
    }
}
