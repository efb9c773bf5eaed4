using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>How each lane gets the value that it multiplies.</summary>
internal unsafe interface ILaneValues
{
    static abstract T Read<T>(float* values)
        where T : unmanaged, ISimd<T>;
}

/// <summary>Each lane its own.</summary>
internal readonly unsafe struct OwnValues : ILaneValues
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(float* values)
        where T : unmanaged, ISimd<T> => T.Load(values);
}

/// <summary>All lanes the same.</summary>
internal readonly unsafe struct SameValue : ILaneValues
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(float* values)
        where T : unmanaged, ISimd<T> => T.Broadcast(*values);
}

/// <summary>One vector of outputs at <see cref="Pixels"/> pixels, which share the loads of the weights and hide the latency of the sums.</summary>
internal static unsafe class LanewiseKernel
{
    /// <summary>Two multiply-adds a cycle with a latency of four: eight sums under way.</summary>
    public const int Pixels = 8;

    /// <summary>Sums the products of some rows of the window: row, column, channel, in that order.</summary>
    /// <param name="values">The first row's first value for a pixel at offset 0.</param>
    /// <param name="pixels">Offset of each pixel in bytes.</param>
    /// <param name="window">How the values are walked.</param>
    /// <param name="rows">How many rows of the window.</param>
    /// <param name="weights">[row][column][channel][16], at the vector's first lane.</param>
    /// <param name="sums">[pixel][lanes].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TValues>(float* values, nint* pixels, in LanewiseWindow window, int rows, float* weights, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
        where TValues : struct, ILaneValues
    {
        (nint p0, nint p1, nint p2, nint p3) = (pixels[0], pixels[1], pixels[2], pixels[3]);
        (nint p4, nint p5, nint p6, nint p7) = (pixels[4], pixels[5], pixels[6], pixels[7]);
        T s0 = default, s1 = default, s2 = default, s3 = default;
        T s4 = default, s5 = default, s6 = default, s7 = default;
        int columns = window.Columns;
        nint termStep = window.TermStep * sizeof(float);
        nint rowRest = (window.RowStep - (window.Columns * window.ColumnStep)) * sizeof(float);
        nint columnRest = (window.ColumnStep - (window.Terms * window.TermStep)) * sizeof(float);
        nint columnWeights = (nint)window.Terms * BlockedImage.BlockChannels;
        byte* x = (byte*)values;
        for (int row = 0; row < rows; row++, x += rowRest)
        {
            for (int column = 0; column < columns; column++, x += columnRest)
            {
                for (float* end = weights + columnWeights; weights < end; weights += BlockedImage.BlockChannels, x += termStep)
                {
                    T w = T.Load(weights);
                    T.Accumulate(ref s0, w, TValues.Read<T>((float*)(x + p0)));
                    T.Accumulate(ref s1, w, TValues.Read<T>((float*)(x + p1)));
                    T.Accumulate(ref s2, w, TValues.Read<T>((float*)(x + p2)));
                    T.Accumulate(ref s3, w, TValues.Read<T>((float*)(x + p3)));
                    T.Accumulate(ref s4, w, TValues.Read<T>((float*)(x + p4)));
                    T.Accumulate(ref s5, w, TValues.Read<T>((float*)(x + p5)));
                    T.Accumulate(ref s6, w, TValues.Read<T>((float*)(x + p6)));
                    T.Accumulate(ref s7, w, TValues.Read<T>((float*)(x + p7)));
                }
            }
        }

        TileKernel.Finish(s0, sums, accumulate);
        TileKernel.Finish(s1, sums + T.Count, accumulate);
        TileKernel.Finish(s2, sums + (2 * T.Count), accumulate);
        TileKernel.Finish(s3, sums + (3 * T.Count), accumulate);
        TileKernel.Finish(s4, sums + (4 * T.Count), accumulate);
        TileKernel.Finish(s5, sums + (5 * T.Count), accumulate);
        TileKernel.Finish(s6, sums + (6 * T.Count), accumulate);
        TileKernel.Finish(s7, sums + (7 * T.Count), accumulate);
    }
}
