using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// G filter Gᵀ of a variant, vector by vector: all points of one row or of two, or two rows before their points are told apart. Whatever is made of them has the same bits.
/// </summary>
internal static unsafe class WinogradFilter<TVariant>
    where TVariant : struct, IWinograd
{
    /// <summary>The two rows or columns that are transformed together: the first and the last, the second and the third, the fourth and the fifth.</summary>
    public static (int First, int Second) Pair(int pair) => pair == 0 ? (0, TVariant.Inputs - 1) : ((2 * pair) - 1, 2 * pair);

    /// <summary>Whether a point is of the last row or column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparedPoints Place(int point) =>
        (point / TVariant.Inputs == TVariant.Inputs - 1 ? SparedPoints.LastRow : 0) | (point % TVariant.Inputs == TVariant.Inputs - 1 ? SparedPoints.LastColumn : 0);

    /// <summary>The points of one row.</summary>
    /// <param name="row">From 0 to <see cref="IWinograd.Inputs"/> − 1.</param>
    /// <param name="taps">The first of the nine weights.</param>
    /// <param name="tap">Elements from one to the next.</param>
    /// <param name="vectors">How many vectors, one behind the other.</param>
    /// <param name="transformed">Where the row's first point goes.</param>
    /// <param name="point">Elements from point to point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        float* end = transformed + ((nint)vectors * T.Count);
        if (row == 0 || row == TVariant.Inputs - 1)
        {
            for (taps += row == 0 ? 0 : 6 * tap; transformed < end; taps += T.Count, transformed += T.Count)
            {
                StorePoints(T.Load(taps), T.Load(taps + tap), T.Load(taps + (2 * tap)), transformed, point);
            }

            return;
        }

        FilterPair pair = row <= 2 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(pair.Even0);
        T even2 = T.Broadcast(pair.Even2);
        T odd = T.Broadcast(row % 2 == 1 ? pair.Odd : -pair.Odd);
        for (; transformed < end; taps += T.Count, transformed += T.Count)
        {
            T a = Point(even0, even2, odd, taps, 3 * tap);
            T b = Point(even0, even2, odd, taps + tap, 3 * tap);
            T c = Point(even0, even2, odd, taps + (2 * tap), 3 * tap);
            StorePoints(a, b, c, transformed, point);
        }
    }

    /// <summary>The points of two rows, which have half of their arithmetic in common.</summary>
    /// <param name="pair">0 for the first and the last row, else one of the pairs between.</param>
    /// <param name="taps">The first of the nine weights.</param>
    /// <param name="tap">Elements from one to the next.</param>
    /// <param name="vectors">How many vectors, one behind the other.</param>
    /// <param name="transformed">Where the first row's first point goes; the second row's points are behind the first's.</param>
    /// <param name="point">Elements from point to point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPair<T>(int pair, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        float* end = transformed + ((nint)vectors * T.Count);
        nint row = TVariant.Inputs * point;
        if (pair == 0)
        {
            for (; transformed < end; taps += T.Count, transformed += T.Count)
            {
                float* last = taps + (6 * tap);
                StorePoints(T.Load(taps), T.Load(taps + tap), T.Load(taps + (2 * tap)), transformed, point);
                StorePoints(T.Load(last), T.Load(last + tap), T.Load(last + (2 * tap)), transformed + row, point);
            }

            return;
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        for (; transformed < end; taps += T.Count, transformed += T.Count)
        {
            float* middle = taps + (3 * tap);
            float* last = middle + (3 * tap);
            Points(even0, even2, odd, T.Load(taps), T.Load(middle), T.Load(last), out T a0, out T b0);
            Points(even0, even2, odd, T.Load(taps + tap), T.Load(middle + tap), T.Load(last + tap), out T a1, out T b1);
            Points(even0, even2, odd, T.Load(taps + (2 * tap)), T.Load(middle + (2 * tap)), T.Load(last + (2 * tap)), out T a2, out T b2);
            StorePoints(a0, a1, a2, transformed, point);
            StorePoints(b0, b1, b2, transformed + row, point);
        }
    }

    /// <summary>G filter: three columns of each of the two rows of a pair.</summary>
    /// <param name="pair">One of the pairs between the first and the last row.</param>
    /// <param name="taps">The first of the nine weights.</param>
    /// <param name="tap">Elements from one to the next.</param>
    /// <param name="blocks">Blocks of channels, each of nine taps.</param>
    /// <param name="terms">Channels of each.</param>
    /// <param name="outputs">Outputs, one channel's behind the other's.</param>
    /// <param name="columns">Receives the first row, [block][term][3][outputs].</param>
    /// <param name="row">Elements from it to the second.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformColumns<T>(int pair, float* taps, nint tap, int blocks, int terms, int outputs, float* columns, nint row)
        where T : unmanaged, ISimd<T>
    {
        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        for (int block = 0; block < blocks; block++, taps += 8 * tap)
        {
            for (int term = 0; term < terms; term++, columns += 2 * outputs)
            {
                for (float* end = taps + outputs; taps < end; taps += T.Count, columns += T.Count)
                {
                    for (int column = 0; column < 3; column++)
                    {
                        float* from = taps + (column * tap);
                        float* to = columns + (column * outputs);
                        Points(even0, even2, odd, T.Load(from), T.Load(from + (3 * tap)), T.Load(from + (6 * tap)), out T plus, out T minus);
                        T.Store(plus, to);
                        T.Store(minus, to + row);
                    }
                }
            }
        }
    }

    /// <summary>The two points of a pair, from a row's three vectors and the pair's constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Points<T>(T even0, T even2, T odd, T g0, T g1, T g2, out T plus, out T minus)
        where T : unmanaged, ISimd<T>
    {
        T even = Even(even0, even2, g0, g2);
        plus = T.MultiplyAdd(odd, g1, even);
        minus = T.NegateMultiplyAdd(odd, g1, even);
    }

    /// <summary>One of the two points alone: the second with <paramref name="odd"/> negated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Point<T>(T even0, T even2, T odd, float* taps, nint step)
        where T : unmanaged, ISimd<T>
    {
        T point = T.Multiply(even0, T.Load(taps));
        T.Accumulate(ref point, even2, T.Load(taps + (2 * step)));
        T.Accumulate(ref point, odd, T.Load(taps + step));
        return point;
    }

    /// <summary>What the two points of a pair have in common.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Even<T>(T even0, T even2, T g0, T g2)
        where T : unmanaged, ISimd<T>
    {
        T even = T.Multiply(even0, g0);
        T.Accumulate(ref even, even2, g2);
        return even;
    }

    /// <summary>G times three values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePoints<T>(T g0, T g1, T g2, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T.Store(g0, to);
        Store(TVariant.FirstPair, g0, g1, g2, to + step, step);
        if (TVariant.Inputs == 6)
        {
            Store(TVariant.SecondPair, g0, g1, g2, to + (3 * step), step);
        }

        T.Store(g2, to + ((TVariant.Inputs - 1) * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(FilterPair pair, T g0, T g1, T g2, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        Points(T.Broadcast(pair.Even0), T.Broadcast(pair.Even2), T.Broadcast(pair.Odd), g0, g1, g2, out T plus, out T minus);
        T.Store(plus, to);
        T.Store(minus, to + step);
    }
}
