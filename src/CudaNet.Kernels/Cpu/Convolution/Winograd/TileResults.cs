using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Keeps a tile's outputs, row by row.</summary>
internal readonly unsafe struct TileResults<T>(float* values) : ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(int row, T y0, T y1)
    {
        float* to = values + (row * 2 * T.Count);
        T.Store(y0, to);
        T.Store(y1, to + T.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(int row, T y0, T y1, T y2, T y3)
    {
        float* to = values + (row * 4 * T.Count);
        T.Store(y0, to);
        T.Store(y1, to + T.Count);
        T.Store(y2, to + (2 * T.Count));
        T.Store(y3, to + (3 * T.Count));
    }
}
