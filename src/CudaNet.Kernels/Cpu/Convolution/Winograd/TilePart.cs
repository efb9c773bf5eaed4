using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>How many rows and columns of outputs a tile has.</summary>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
internal readonly struct TilePart(int height, int width)
{
    public int Width => width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int row) => row < height;

    /// <summary>The sum of a row's outputs, of those that the tile has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Sum<T>(int row, T y0, T y1)
        where T : unmanaged, ISimd<T> => row >= height ? default : width > 1 ? T.Add(y0, y1) : y0;

    /// <summary>As above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Sum<T>(int row, T y0, T y1, T y2, T y3)
        where T : unmanaged, ISimd<T> =>
        row >= height || width < 3 ? Sum(row, y0, y1) : T.Add(T.Add(y0, y1), width > 3 ? T.Add(y2, y3) : y2);
}
