using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Finishes a whole tile's outputs and stores them where its pixels are: they go from the transform to the value without memory between.</summary>
/// <param name="store">What happens to them.</param>
/// <param name="bias">Of their channels; not used where there is none, likewise below.</param>
/// <param name="scale">Of the batch norm.</param>
/// <param name="shift">Of the batch norm.</param>
/// <param name="offset">Element offset of the tile's first pixel.</param>
/// <param name="rowStride">Elements from row to row.</param>
internal readonly struct TilePixels<T>(in OneStore<T> store, T bias, T scale, T shift, nint offset, nint rowStride) : ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    private readonly OneStore<T> _store = store;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1)
    {
        nint first = offset + (row * rowStride);
        _store.Finish(y0, bias, scale, shift, first);
        _store.Finish(y1, bias, scale, shift, first + BlockedImage.BlockChannels);
        return T.Add(y0, y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Put(int row, T y0, T y1, T y2, T y3)
    {
        _store.Finish(y0, y1, y2, y3, bias, scale, shift, offset + (row * rowStride));
        return T.Add(T.Add(y0, y1), T.Add(y2, y3));
    }
}
