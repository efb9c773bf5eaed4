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

    /// <summary>
    /// The same for groups of four channels on both sides. A pixel has four sums a vector, of the products of each input lane for the output lane that is the exclusive-or
    /// of it and 0, 1, 2 or 3; at the end they are permuted to the output lanes and added in that order. So values are multiplied where they lie.
    /// </summary>
    /// <param name="values">The first row's first value for a pixel at offset 0.</param>
    /// <param name="pixels">Offset of each pixel in bytes.</param>
    /// <param name="window">How the values are walked; a column is one vector.</param>
    /// <param name="rows">How many rows of the window.</param>
    /// <param name="weights">[row][column][exclusive-or][16], at the vector's first lane.</param>
    /// <param name="lanes">The permutations by 1, 2 and 3.</param>
    /// <param name="sums">[pixel][lanes].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunFours<T>(float* values, nint* pixels, in LanewiseWindow window, int rows, float* weights, int* lanes, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        int columns = window.Columns;
        nint columnStep = window.ColumnStep;
        nint rowRest = window.RowStep - (columns * columnStep);
        for (int pixel = 0; pixel < Pixels; pixel += 2, sums += 2 * T.Count)
        {
            float* left = (float*)((byte*)values + pixels[pixel]);
            nint right = pixels[pixel + 1] - pixels[pixel];
            float* w = weights;
            T a0 = default, a1 = default, a2 = default, a3 = default;
            T b0 = default, b1 = default, b2 = default, b3 = default;
            for (int row = 0; row < rows; row++, left += rowRest)
            {
                for (int column = 0; column < columns; column++, left += columnStep, w += 4 * BlockedImage.BlockChannels)
                {
                    T x = T.Load(left);
                    T y = T.Load((float*)((byte*)left + right));
                    T weight = T.Load(w);
                    T.Accumulate(ref a0, x, weight);
                    T.Accumulate(ref b0, y, weight);
                    weight = T.Load(w + BlockedImage.BlockChannels);
                    T.Accumulate(ref a1, x, weight);
                    T.Accumulate(ref b1, y, weight);
                    weight = T.Load(w + (2 * BlockedImage.BlockChannels));
                    T.Accumulate(ref a2, x, weight);
                    T.Accumulate(ref b2, y, weight);
                    weight = T.Load(w + (3 * BlockedImage.BlockChannels));
                    T.Accumulate(ref a3, x, weight);
                    T.Accumulate(ref b3, y, weight);
                }
            }

            TileKernel.Finish(Join(a0, a1, a2, a3, lanes), sums, accumulate);
            TileKernel.Finish(Join(b0, b1, b2, b3, lanes), sums + T.Count, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Join<T>(T sum0, T sum1, T sum2, T sum3, int* lanes)
        where T : unmanaged, ISimd<T> =>
        T.Add(T.Add(T.Add(sum0, T.Permute(sum1, lanes)), T.Permute(sum2, lanes + T.Count)), T.Permute(sum3, lanes + (2 * T.Count)));
}
