using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The products of one tile: each weight is used once, so points are made in registers, a row at a time, and never stored. The sums are those of
/// <see cref="TileKernel"/> with all points stored.
/// </summary>
internal static unsafe class OneTileKernel<TVariant>
    where TVariant : struct, IWinograd
{
    /// <param name="taps">The first block's filters: nine taps, each [term][outputs].</param>
    /// <param name="tap">Elements from tap to tap.</param>
    /// <param name="blocks">Blocks of channels; their filters are read once a row and should stay in the first-level cache.</param>
    /// <param name="terms">Channels of each.</param>
    /// <param name="pixels">The first term of the first point, [block][16].</param>
    /// <param name="point">Elements from point to point.</param>
    /// <param name="start">What the sums begin with, as <paramref name="sums"/> lie; null for zeros.</param>
    /// <param name="sums">[point][outputs].</param>
    /// <param name="outputs">One or two vectors.</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile, as many bytes as the filters are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run<T>(float* taps, nint tap, int blocks, int terms, float* pixels, nint point, float* start, float* sums, int outputs, bool accumulate, byte* next)
        where T : unmanaged, ISimd<T>
    {
        // Of what lies in memory the compiler does not know that it is constant, and keeps it in registers.
        float* constants = stackalloc float[6];
        (constants[0], constants[1], constants[2]) = (TVariant.FirstPair.Even0, TVariant.FirstPair.Even2, TVariant.FirstPair.Odd);
        (constants[3], constants[4], constants[5]) = (TVariant.SecondPair.Even0, TVariant.SecondPair.Even2, TVariant.SecondPair.Odd);
        nint way = 9 * tap * blocks * sizeof(float) / Ways<T>();
        nint fetched = way / (outputs / T.Count * TVariant.Inputs);
        nint step = fetched / (blocks * terms);
        for (int vector = 0; vector < outputs; vector += T.Count)
        {
            for (int row = 0; row < TVariant.Inputs; row++, next += fetched)
            {
                nint first = row * TVariant.Inputs;
                nint to = (first * outputs) + vector;
                Row<T>(row, taps + vector, tap, outputs, blocks, terms, pixels + (first * point), point, start == null ? null : start + to, sums + to, outputs, accumulate, constants, next, step, way);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<T>(
        int row, float* taps, nint tap, nint nextTerm, int blocks, int terms, float* pixels, nint point, float* start, float* sums, nint sum, bool accumulate, float* constants, byte* next, nint nextStep, nint way)
        where T : unmanaged, ISimd<T>
    {
        T s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, last = default;
        if (start != null)
        {
            s0 = T.Load(start);
            s1 = T.Load(start + sum);
            s2 = T.Load(start + (2 * sum));
            if (TVariant.Inputs == 6)
            {
                s3 = T.Load(start + (3 * sum));
                s4 = T.Load(start + (4 * sum));
            }

            last = T.Load(start + ((TVariant.Inputs - 1) * sum));
        }

        T first0 = default, first2 = default, firstOdd = default, second0 = default, second2 = default, secondOdd = default;
        if (T.Registers == 32)
        {
            first0 = T.Broadcast(constants[0]);
            first2 = T.Broadcast(constants[1]);
            firstOdd = T.Broadcast(constants[2]);
            second0 = T.Broadcast(constants[3]);
            second2 = T.Broadcast(constants[4]);
            secondOdd = T.Broadcast(constants[5]);
        }

        nint rest = BlockedImage.BlockChannels - terms;
        nint nextBlock = (9 * tap) - (terms * nextTerm);
        float* far = pixels + (3 * point);
        if (row == 0 || row == TVariant.Inputs - 1)
        {
            taps += row == 0 ? 0 : 6 * tap;
            for (int block = 0; block < blocks; block++, pixels += rest, far += rest, taps += nextBlock)
            {
                for (float* end = pixels + terms; pixels < end; pixels++, far++, taps += nextTerm)
                {
                    Fetch<T>(next, way);
                    next += nextStep;
                    Add(T.Load(taps), T.Load(taps + tap), T.Load(taps + (2 * tap)), pixels, far, point, ref s0, ref s1, ref s2, ref s3, ref s4, ref last, first0, first2, firstOdd, second0, second2, secondOdd);
                }
            }
        }
        else
        {
            FilterPair pair = row <= 2 ? TVariant.FirstPair : TVariant.SecondPair;
            T even0 = T.Broadcast(pair.Even0);
            T even2 = T.Broadcast(pair.Even2);
            T odd = T.Broadcast(row % 2 == 1 ? pair.Odd : -pair.Odd);
            for (int block = 0; block < blocks; block++, pixels += rest, far += rest, taps += nextBlock)
            {
                for (float* end = pixels + terms; pixels < end; pixels++, far++, taps += nextTerm)
                {
                    Fetch<T>(next, way);
                    next += nextStep;
                    T a = WinogradFilter<TVariant>.Point(even0, even2, odd, taps, 3 * tap);
                    T b = WinogradFilter<TVariant>.Point(even0, even2, odd, taps + tap, 3 * tap);
                    T c = WinogradFilter<TVariant>.Point(even0, even2, odd, taps + (2 * tap), 3 * tap);
                    Add(a, b, c, pixels, far, point, ref s0, ref s1, ref s2, ref s3, ref s4, ref last, first0, first2, firstOdd, second0, second2, secondOdd);
                }
            }
        }

        Finish(s0, sums, accumulate);
        Finish(s1, sums + sum, accumulate);
        Finish(s2, sums + (2 * sum), accumulate);
        if (TVariant.Inputs == 6)
        {
            Finish(s3, sums + (3 * sum), accumulate);
            Finish(s4, sums + (4 * sum), accumulate);
        }

        Finish(last, sums + ((TVariant.Inputs - 1) * sum), accumulate);
    }

    /// <summary>How many parts of the next filters are fetched at once: from memory, several streams come faster than one (12.5 GB/s in one, 14 in four on an Ice Lake server).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Ways<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 4 : 1;

    /// <summary>Fetches a channel's share of the next filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<T>(byte* next, nint way)
        where T : unmanaged, ISimd<T>
    {
        Prefetch(next);
        if (Ways<T>() == 4)
        {
            Prefetch(next + way);
            Prefetch(next + (2 * way));
            Prefetch(next + (3 * way));
        }
    }

    /// <summary>Adds a channel's products. With 16 registers the constants are read here: sums and temporaries take all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(
        T a, T b, T c, float* pixels, float* far, nint point, ref T s0, ref T s1, ref T s2, ref T s3, ref T s4, ref T last, T first0, T first2, T firstOdd, T second0, T second2, T secondOdd)
        where T : unmanaged, ISimd<T>
    {
        T.Accumulate(ref s0, a, T.Broadcast(*pixels));
        float* farthest = TVariant.Inputs == 6 ? far + (2 * point) : far;
        T.Accumulate(ref last, c, T.Broadcast(*farthest));
        T plus, minus;
        if (T.Registers == 32)
        {
            WinogradFilter<TVariant>.Points(first0, first2, firstOdd, a, b, c, out plus, out minus);
        }
        else
        {
            Points(TVariant.FirstPair, a, b, c, out plus, out minus);
        }

        T.Accumulate(ref s1, plus, T.Broadcast(pixels[point]));
        T.Accumulate(ref s2, minus, T.Broadcast(pixels[2 * point]));
        if (TVariant.Inputs == 6)
        {
            if (T.Registers == 32)
            {
                WinogradFilter<TVariant>.Points(second0, second2, secondOdd, a, b, c, out plus, out minus);
            }
            else
            {
                Points(TVariant.SecondPair, a, b, c, out plus, out minus);
            }

            T.Accumulate(ref s3, plus, T.Broadcast(*far));
            T.Accumulate(ref s4, minus, T.Broadcast(far[point]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Points<T>(FilterPair pair, T a, T b, T c, out T plus, out T minus)
        where T : unmanaged, ISimd<T> =>
        WinogradFilter<TVariant>.Points(T.Broadcast(pair.Even0), T.Broadcast(pair.Even2), T.Broadcast(pair.Odd), a, b, c, out plus, out minus);
}
