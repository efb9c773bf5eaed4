using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The products of a few tiles with weights that nobody else reads: <see cref="WinogradFilter{TVariant}.TransformColumns{T}"/>'s vectors become points in registers, two
/// of a row at a time, and are used there. The sums are those of <see cref="TileKernel.RunRows{T}"/> with all points stored.
/// </summary>
internal static unsafe class FewTilesKernel<TVariant>
    where TVariant : struct, IWinograd
{
    /// <summary>Rows of tiles that there are kernels for, the highest first.</summary>
    public static ReadOnlySpan<int> Heights => [4, 1];

    /// <summary>How often <c>next</c> is walked on: once a pair of points.</summary>
    public static int Steps => TVariant.Points / 2;

    /// <param name="columns">[vector of outputs][row][term][3 vectors].</param>
    /// <param name="blocks">Blocks of channels.</param>
    /// <param name="terms">Channels of each.</param>
    /// <param name="pixels">The first term of the first point, [block][height][16].</param>
    /// <param name="pixelPoint">Elements from point to point.</param>
    /// <param name="height">One of <see cref="Heights"/>.</param>
    /// <param name="start">What the sums begin with, as <paramref name="sums"/> lie; null for zeros.</param>
    /// <param name="sums">[point][tile][outputs].</param>
    /// <param name="outputs">One or two vectors.</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it each of <see cref="Steps"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(float* columns, int blocks, int terms, float* pixels, nint pixelPoint, int height, float* start, float* sums, int outputs, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        nint point = (nint)height * outputs;
        nint second = outputs > T.Count ? (nint)blocks * terms * WinogradFilter<TVariant>.Columns * T.Count : 0;
        for (int row = 0; row < TVariant.Inputs; row++, columns += (nint)blocks * terms * 3 * T.Count)
        {
            for (int first = 0; first < TVariant.Inputs / 2; first++)
            {
                for (byte* end = next + nextStep; next < end; next += NativeAllocator.Alignment)
                {
                    Prefetch(next);
                }

                (int one, int two) = WinogradFilter<TVariant>.Pair(first);
                nint here = (row * TVariant.Inputs) + one;
                nint there = (row * TVariant.Inputs) + two;
                float* from = start == null ? null : start + (here * point);
                float* to = sums + (here * point);
                nint apart = (there - here) * point;
                float* values = pixels + (here * pixelPoint);
                nint other = (there - here) * pixelPoint;
                if (height == 1)
                {
                    One<T>(first, columns, second, blocks, terms, values, other, from, to, apart, accumulate);
                    continue;
                }

                Four<T>(first, columns, blocks, terms, values, other, from, to, apart, outputs, accumulate);
                if (second != 0)
                {
                    Four<T>(first, columns + second, blocks, terms, values, other, from == null ? null : from + T.Count, to + T.Count, apart, outputs, accumulate);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(int pair, float* columns, int blocks, int terms, float* pixels, nint other, float* start, float* sums, nint apart, int outputs, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, a1 = default, a2 = default, a3 = default;
        T b0 = default, b1 = default, b2 = default, b3 = default;
        if (start != null)
        {
            a0 = T.Load(start);
            a1 = T.Load(start + outputs);
            a2 = T.Load(start + (2 * outputs));
            a3 = T.Load(start + (3 * outputs));
            start += apart;
            b0 = T.Load(start);
            b1 = T.Load(start + outputs);
            b2 = T.Load(start + (2 * outputs));
            b3 = T.Load(start + (3 * outputs));
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        for (int block = 0; block < blocks; block++)
        {
            float* end = pixels + terms;
            for (; pixels < end; pixels++, columns += 3 * T.Count)
            {
                T w0 = T.Load(columns);
                T w1 = T.Load(columns + (2 * T.Count));
                if (pair != 0)
                {
                    WinogradFilter<TVariant>.Points(even0, even2, odd, w0, T.Load(columns + T.Count), w1, out w0, out w1);
                }

                T.Accumulate(ref a0, T.Broadcast(pixels[0]), w0);
                T.Accumulate(ref a1, T.Broadcast(pixels[1 * 16]), w0);
                T.Accumulate(ref a2, T.Broadcast(pixels[2 * 16]), w0);
                T.Accumulate(ref a3, T.Broadcast(pixels[3 * 16]), w0);
                float* others = pixels + other;
                T.Accumulate(ref b0, T.Broadcast(others[0]), w1);
                T.Accumulate(ref b1, T.Broadcast(others[1 * 16]), w1);
                T.Accumulate(ref b2, T.Broadcast(others[2 * 16]), w1);
                T.Accumulate(ref b3, T.Broadcast(others[3 * 16]), w1);
            }

            pixels += (4 * 16) - terms;
        }

        Finish(a0, sums, accumulate);
        Finish(a1, sums + outputs, accumulate);
        Finish(a2, sums + (2 * outputs), accumulate);
        Finish(a3, sums + (3 * outputs), accumulate);
        sums += apart;
        Finish(b0, sums, accumulate);
        Finish(b1, sums + outputs, accumulate);
        Finish(b2, sums + (2 * outputs), accumulate);
        Finish(b3, sums + (3 * outputs), accumulate);
    }

    /// <summary>One tile, by two vectors: two sums alone would wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(int pair, float* columns, nint second, int blocks, int terms, float* pixels, nint other, float* start, float* sums, nint apart, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, a1 = default;
        T b0 = default, b1 = default;
        nint vector = second == 0 ? 0 : T.Count;
        if (start != null)
        {
            a0 = T.Load(start);
            a1 = T.Load(start + vector);
            start += apart;
            b0 = T.Load(start);
            b1 = T.Load(start + vector);
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        for (int block = 0; block < blocks; block++)
        {
            float* end = pixels + terms;
            for (; pixels < end; pixels++, columns += 3 * T.Count)
            {
                float* others = columns + second;
                T w0 = T.Load(columns);
                T w1 = T.Load(columns + (2 * T.Count));
                T v0 = T.Load(others);
                T v1 = T.Load(others + (2 * T.Count));
                if (pair != 0)
                {
                    WinogradFilter<TVariant>.Points(even0, even2, odd, w0, T.Load(columns + T.Count), w1, out w0, out w1);
                    WinogradFilter<TVariant>.Points(even0, even2, odd, v0, T.Load(others + T.Count), v1, out v0, out v1);
                }

                T x = T.Broadcast(pixels[0]);
                T.Accumulate(ref a0, x, w0);
                T.Accumulate(ref a1, x, v0);
                x = T.Broadcast(pixels[other]);
                T.Accumulate(ref b0, x, w1);
                T.Accumulate(ref b1, x, v1);
            }

            pixels += (1 * 16) - terms;
        }

        Finish(a0, sums, accumulate);
        Finish(b0, sums + apart, accumulate);
        if (second != 0)
        {
            Finish(a1, sums + vector, accumulate);
            Finish(b1, sums + vector + apart, accumulate);
        }
    }
}
