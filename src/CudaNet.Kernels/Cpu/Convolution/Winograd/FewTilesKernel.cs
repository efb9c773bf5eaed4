using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The products of a few tiles with weights that nobody else reads, where there are 32 registers: columns of filters whose rows are transformed become points in
/// registers, two of a row at a time for all outputs of a panel, and are used there. The sums are those of <see cref="TileKernel"/> with all points stored.
/// </summary>
internal static unsafe class FewTilesKernel<TVariant>
    where TVariant : struct, IWinograd
{
    /// <summary>The products of a row of points.</summary>
    /// <param name="row">From 0 to <see cref="IWinograd.Inputs"/> − 1.</param>
    /// <param name="filters">That row of the filters.</param>
    /// <param name="pixels">The first term of the first point of all, [block][height][16].</param>
    /// <param name="point">Elements from point to point.</param>
    /// <param name="height">Four or one.</param>
    /// <param name="start">What the sums begin with, as <paramref name="sums"/> lie; null for zeros.</param>
    /// <param name="sums">Of all points, [point][tile][outputs].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it a term and pair of points.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(int row, in FilterRow filters, float* pixels, nint point, int height, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        nint sum = (nint)height * filters.Outputs;
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++, next += nextStep * filters.Blocks * filters.Terms)
        {
            (int one, int two) = WinogradFilter<TVariant>.Pair(pair);
            nint first = (row * TVariant.Inputs) + one;
            nint apart = two - one;
            float* from = start == null ? null : start + (first * sum);
            if (height == 1)
            {
                One<T>(pair, filters, pixels + (first * point), apart * point, from, sums + (first * sum), apart * sum, accumulate, next, nextStep);
            }
            else
            {
                Four<T>(pair, filters, pixels + (first * point), apart * point, from, sums + (first * sum), apart * sum, accumulate, next, nextStep);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(int pair, in FilterRow filters, float* pixels, nint apart, float* start, float* sums, nint sumsApart, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, a1 = default, a2 = default, a3 = default;
        T b0 = default, b1 = default, b2 = default, b3 = default;
        T c0 = default, c1 = default, c2 = default, c3 = default;
        T d0 = default, d1 = default, d2 = default, d3 = default;
        nint outputs = filters.Outputs;
        nint vector = outputs > T.Count ? T.Count : 0;
        if (start != null)
        {
            float* second = start + vector;
            a0 = T.Load(start);
            b0 = T.Load(second);
            a1 = T.Load(start + outputs);
            b1 = T.Load(second + outputs);
            a2 = T.Load(start + (2 * outputs));
            b2 = T.Load(second + (2 * outputs));
            a3 = T.Load(start + (3 * outputs));
            b3 = T.Load(second + (3 * outputs));
            start += sumsApart;
            second += sumsApart;
            c0 = T.Load(start);
            d0 = T.Load(second);
            c1 = T.Load(start + outputs);
            d1 = T.Load(second + outputs);
            c2 = T.Load(start + (2 * outputs));
            d2 = T.Load(second + (2 * outputs));
            c3 = T.Load(start + (3 * outputs));
            d3 = T.Load(second + (3 * outputs));
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        nint column = filters.Column;
        nint nextTerm = filters.Term;
        float* columns = filters.First;
        for (int block = 0; block < filters.Blocks; block++, columns += filters.Block)
        {
            float* end = pixels + filters.Terms;
            for (; pixels < end; pixels++, columns += nextTerm)
            {
                Prefetch(next);
                next += nextStep;
                float* others = columns + vector;
                T w0 = T.Load(columns);
                T w1 = T.Load(columns + (2 * column));
                T v0 = T.Load(others);
                T v1 = T.Load(others + (2 * column));
                if (pair != 0)
                {
                    WinogradFilter<TVariant>.Points(even0, even2, odd, w0, T.Load(columns + column), w1, out w0, out w1);
                    WinogradFilter<TVariant>.Points(even0, even2, odd, v0, T.Load(others + column), v1, out v0, out v1);
                }

                T x = T.Broadcast(pixels[0]);
                T.Accumulate(ref a0, x, w0);
                T.Accumulate(ref b0, x, v0);
                x = T.Broadcast(pixels[1 * 16]);
                T.Accumulate(ref a1, x, w0);
                T.Accumulate(ref b1, x, v0);
                x = T.Broadcast(pixels[2 * 16]);
                T.Accumulate(ref a2, x, w0);
                T.Accumulate(ref b2, x, v0);
                x = T.Broadcast(pixels[3 * 16]);
                T.Accumulate(ref a3, x, w0);
                T.Accumulate(ref b3, x, v0);
                float* there = pixels + apart;
                x = T.Broadcast(there[0]);
                T.Accumulate(ref c0, x, w1);
                T.Accumulate(ref d0, x, v1);
                x = T.Broadcast(there[1 * 16]);
                T.Accumulate(ref c1, x, w1);
                T.Accumulate(ref d1, x, v1);
                x = T.Broadcast(there[2 * 16]);
                T.Accumulate(ref c2, x, w1);
                T.Accumulate(ref d2, x, v1);
                x = T.Broadcast(there[3 * 16]);
                T.Accumulate(ref c3, x, w1);
                T.Accumulate(ref d3, x, v1);
            }

            pixels += (4 * 16) - filters.Terms;
        }

        FinishTiles(a0, a1, a2, a3, sums, outputs, accumulate);
        FinishTiles(c0, c1, c2, c3, sums + sumsApart, outputs, accumulate);
        if (vector != 0)
        {
            sums += vector;
            FinishTiles(b0, b1, b2, b3, sums, outputs, accumulate);
            FinishTiles(d0, d1, d2, d3, sums + sumsApart, outputs, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishTiles<T>(T tile0, T tile1, T tile2, T tile3, float* sums, nint outputs, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        Finish(tile0, sums, accumulate);
        Finish(tile1, sums + outputs, accumulate);
        Finish(tile2, sums + (2 * outputs), accumulate);
        Finish(tile3, sums + (3 * outputs), accumulate);
    }

    /// <summary>One tile, by two vectors: two sums alone would wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(int pair, in FilterRow filters, float* pixels, nint apart, float* start, float* sums, nint sumsApart, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, a1 = default;
        T b0 = default, b1 = default;
        nint vector = filters.Outputs > T.Count ? T.Count : 0;
        if (start != null)
        {
            a0 = T.Load(start);
            a1 = T.Load(start + vector);
            start += sumsApart;
            b0 = T.Load(start);
            b1 = T.Load(start + vector);
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        nint column = filters.Column;
        nint nextTerm = filters.Term;
        float* columns = filters.First;
        for (int block = 0; block < filters.Blocks; block++, columns += filters.Block)
        {
            float* end = pixels + filters.Terms;
            for (; pixels < end; pixels++, columns += nextTerm)
            {
                Prefetch(next);
                next += nextStep;
                float* others = columns + vector;
                T w0 = T.Load(columns);
                T w1 = T.Load(columns + (2 * column));
                T v0 = T.Load(others);
                T v1 = T.Load(others + (2 * column));
                if (pair != 0)
                {
                    WinogradFilter<TVariant>.Points(even0, even2, odd, w0, T.Load(columns + column), w1, out w0, out w1);
                    WinogradFilter<TVariant>.Points(even0, even2, odd, v0, T.Load(others + column), v1, out v0, out v1);
                }

                T x = T.Broadcast(pixels[0]);
                T.Accumulate(ref a0, x, w0);
                T.Accumulate(ref a1, x, v0);
                x = T.Broadcast(pixels[apart]);
                T.Accumulate(ref b0, x, w1);
                T.Accumulate(ref b1, x, v1);
            }

            pixels += (1 * 16) - filters.Terms;
        }

        Finish(a0, sums, accumulate);
        Finish(b0, sums + sumsApart, accumulate);
        if (vector != 0)
        {
            Finish(a1, sums + vector, accumulate);
            Finish(b1, sums + vector + sumsApart, accumulate);
        }
    }
}
