using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary><see cref="TilePixels{T}"/> of a tile that has not all rows and columns.</summary>
/// <param name="store">What happens to its outputs.</param>
/// <param name="part">Those that it has.</param>
/// <param name="bias">Of their channels; not used where there is none, likewise below.</param>
/// <param name="scale">Of the batch norm.</param>
/// <param name="shift">Of the batch norm.</param>
/// <param name="offset">Element offset of the tile's first pixel.</param>
/// <param name="rowStride">Elements from row to row.</param>
internal readonly struct TilePartPixels<T>(in OneStore<T> store, TilePart part, T bias, T scale, T shift, nint offset, nint rowStride) : ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    private readonly OneStore<T> _store = store;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1)
    {
        Store(row, 0, y0);
        Store(row, 1, y1);
        return part.Sum(row, y0, y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1, T y2, T y3)
    {
        Store(row, 0, y0);
        Store(row, 1, y1);
        Store(row, 2, y2);
        Store(row, 3, y3);
        return part.Sum(row, y0, y1, y2, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(int row, int column, T value)
    {
        if (part.Has(row) && column < part.Width)
        {
            _store.Finish(value, bias, scale, shift, offset + (row * rowStride) + (column * BlockedImage.BlockChannels));
        }
    }
}
