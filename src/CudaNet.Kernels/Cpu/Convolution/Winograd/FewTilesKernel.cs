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
    /// <param name="tiles">The tiles, four or one.</param>
    /// <param name="start">What the sums begin with, as <paramref name="sums"/> lie; null for zeros.</param>
    /// <param name="sums">Of all points, [point][tile][outputs].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it a term and pair of points.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(int row, in FilterRow filters, float* pixels, nint point, FewTiles tiles, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        nint sum = (nint)tiles.Height * filters.Outputs;
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++, next += nextStep * filters.Blocks * filters.Terms)
        {
            (int one, int two) = WinogradFilter<TVariant>.Pair(pair);
            nint first = (row * TVariant.Inputs) + one;
            nint apart = two - one;
            float* from = start == null ? null : start + (first * sum);
            if (tiles.Height == 1)
            {
                One<T>(pair, filters, pixels + (first * point), apart * point, from, sums + (first * sum), apart * sum, accumulate, next, nextStep);
                continue;
            }

            FewTiles.Range ones = tiles.Needing(WinogradFilter<TVariant>.Place((int)first));
            FewTiles.Range twos = tiles.Needing(WinogradFilter<TVariant>.Place((int)(first + apart)));
            nint offset = (first * sum) + (ones.First * filters.Outputs);
            nint sumsApart = (apart * sum) + ((twos.First - ones.First) * filters.Outputs);
            float* firstPixels = pixels + (first * point) + (ones.First * BlockedImage.BlockChannels);
            nint pixelsApart = (apart * point) + ((twos.First - ones.First) * BlockedImage.BlockChannels);
            from = start == null ? null : start + offset;
            if (ones.Count == 4 && twos.Count == 4)
            {
                Four<T, FourAndFour>(pair, filters, firstPixels, pixelsApart, from, sums + offset, sumsApart, accumulate, next, nextStep);
            }
            else if (ones.Count == 4)
            {
                Four<T, FourAndTwo>(pair, filters, firstPixels, pixelsApart, from, sums + offset, sumsApart, accumulate, next, nextStep);
            }
            else
            {
                // No tile needs the second point that does not need the first.
                Four<T, TwoAndTwo>(pair, filters, firstPixels, pixelsApart, from, sums + offset, sumsApart, accumulate, next, nextStep);
            }
        }
    }

    /// <summary>Up to four tiles of two points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T, TCounts>(int pair, in FilterRow filters, float* pixels, nint apart, float* start, float* sums, nint sumsApart, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
        where TCounts : struct, ITileCounts
    {
        T a0 = default, a1 = default, a2 = default, a3 = default;
        T b0 = default, b1 = default, b2 = default, b3 = default;
        T c0 = default, c1 = default, c2 = default, c3 = default;
        T d0 = default, d1 = default, d2 = default, d3 = default;
        nint outputs = filters.Outputs;
        nint vector = outputs > T.Count ? T.Count : 0;
        if (start != null)
        {
            Start(TCounts.First, start, outputs, out a0, out a1, out a2, out a3);
            Start(TCounts.First, start + vector, outputs, out b0, out b1, out b2, out b3);
            Start(TCounts.Second, start + sumsApart, outputs, out c0, out c1, out c2, out c3);
            Start(TCounts.Second, start + sumsApart + vector, outputs, out d0, out d1, out d2, out d3);
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

                Add(T.Broadcast(pixels[0]), w0, v0, ref a0, ref b0);
                Add(T.Broadcast(pixels[1 * 16]), w0, v0, ref a1, ref b1);
                if (TCounts.First == 4)
                {
                    Add(T.Broadcast(pixels[2 * 16]), w0, v0, ref a2, ref b2);
                    Add(T.Broadcast(pixels[3 * 16]), w0, v0, ref a3, ref b3);
                }

                float* there = pixels + apart;
                Add(T.Broadcast(there[0]), w1, v1, ref c0, ref d0);
                Add(T.Broadcast(there[1 * 16]), w1, v1, ref c1, ref d1);
                if (TCounts.Second == 4)
                {
                    Add(T.Broadcast(there[2 * 16]), w1, v1, ref c2, ref d2);
                    Add(T.Broadcast(there[3 * 16]), w1, v1, ref c3, ref d3);
                }
            }

            pixels += (4 * 16) - filters.Terms;
        }

        FinishTiles(TCounts.First, a0, a1, a2, a3, sums, outputs, accumulate);
        FinishTiles(TCounts.Second, c0, c1, c2, c3, sums + sumsApart, outputs, accumulate);
        if (vector != 0)
        {
            sums += vector;
            FinishTiles(TCounts.First, b0, b1, b2, b3, sums, outputs, accumulate);
            FinishTiles(TCounts.Second, d0, d1, d2, d3, sums + sumsApart, outputs, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T pixel, T first, T second, ref T firstSum, ref T secondSum)
        where T : unmanaged, ISimd<T>
    {
        T.Accumulate(ref firstSum, pixel, first);
        T.Accumulate(ref secondSum, pixel, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<T>(int tiles, float* start, nint outputs, out T tile0, out T tile1, out T tile2, out T tile3)
        where T : unmanaged, ISimd<T>
    {
        tile0 = T.Load(start);
        tile1 = T.Load(start + outputs);
        tile2 = tiles == 4 ? T.Load(start + (2 * outputs)) : default;
        tile3 = tiles == 4 ? T.Load(start + (3 * outputs)) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishTiles<T>(int tiles, T tile0, T tile1, T tile2, T tile3, float* sums, nint outputs, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        Finish(tile0, sums, accumulate);
        Finish(tile1, sums + outputs, accumulate);
        if (tiles == 4)
        {
            Finish(tile2, sums + (2 * outputs), accumulate);
            Finish(tile3, sums + (3 * outputs), accumulate);
        }
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
