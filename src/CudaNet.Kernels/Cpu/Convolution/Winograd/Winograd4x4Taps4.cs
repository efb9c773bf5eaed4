using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// F(4×4, 4×4) at the points ±3/8, ±7/8, ±7/4, ∞: 49 products in place of 256. Points in pairs share their sums, and the pixels' coefficients are exact in fp32;
/// docs/numerics.md has what other points lose.
/// </summary>
internal readonly unsafe struct Winograd4x4Taps4 : IWinograd
{
    private const float A = 3f / 8;
    private const float B = 7f / 8;
    private const float C = 7f / 4;

    public static int Taps => 4;

    public static int Points => 49;

    public static int Inputs => 7;

    public static int Outputs => 4;

    public static bool HasNarrowTiles => false;

    public static FilterPair FirstPair => default;

    public static FilterPair SecondPair => default;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, SparedPoints spared, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        Pixels<T>(pixels, row, BlockedImage.BlockChannels, buffer, 7 * T.Count, T.Count, A, B, C);
        Pixels<T>(buffer, T.Count, 7 * T.Count, transformed, point, 7 * point, A, B, C);
    }

    /// <remarks>Filters of few channels: each is transformed as a whole, of which one row is taken.</remarks>
    public static void TransformFilterRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        float* lines = stackalloc float[7 * 4 * T.Count];
        for (int vector = 0; vector < vectors; vector++, taps += T.Count, transformed += T.Count)
        {
            for (int column = 0; column < 4; column++)
            {
                Filter<T>(taps + (column * tap), 4 * tap, lines + (column * T.Count), 4 * T.Count);
            }

            Filter<T>(lines + (row * 4 * T.Count), T.Count, transformed, point);
        }
    }

    /// <remarks>With 32 registers, two rows of outputs at a time without the buffer.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T, TTarget>(float* products, nint point, float* buffer, in TTarget target)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        nint line = 7 * point;
        if (T.Registers == 32)
        {
            T first = EvenRows(products, line, point, target, A, B, C, out T third);
            T second = OddRows(products, line, point, target, A, B, C, out T fourth);
            return T.Add(T.Add(T.Add(first, second), third), fourth);
        }

        for (int column = 0; column < 7; column++, products += point)
        {
            Products(products, line, out T y0, out T y1, out T y2, out T y3);
            float* lines = buffer + (column * T.Count);
            T.Store(y0, lines);
            T.Store(y1, lines + (7 * T.Count));
            T.Store(y2, lines + (14 * T.Count));
            T.Store(y3, lines + (21 * T.Count));
        }

        T sum = default;
        for (int row = 0; row < 4; row++, buffer += 7 * T.Count)
        {
            Products(buffer, T.Count, out T y0, out T y1, out T y2, out T y3);
            sum = T.Add(sum, target.Put(row, y0, y1, y2, y3));
        }

        return sum;
    }

    /// <summary>Bᵀ times seven values, for seven lines. The constants are arguments, as in <see cref="Winograd4x4"/>, and the coefficients sums and products of their squares, which are exact in fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pixels<T>(float* from, nint fromStep, nint nextFrom, float* to, nint step, nint nextTo, float nearest, float middle, float farthest)
        where T : unmanaged, ISimd<T>
    {
        T a = T.Broadcast(nearest);
        T b = T.Broadcast(middle);
        T c = T.Broadcast(farthest);
        T a2 = T.Multiply(a, a);
        T b2 = T.Multiply(b, b);
        T c2 = T.Multiply(c, c);
        T ab = T.Multiply(a2, b2);
        T ac = T.Multiply(a2, c2);
        T bc = T.Multiply(b2, c2);
        T aPlusB = T.Add(a2, b2);
        T aPlusC = T.Add(a2, c2);
        T bPlusC = T.Add(b2, c2);
        T productOfThree = T.Multiply(ab, c2);
        T sumOfPairs = T.Add(T.Add(ab, ac), bc);
        T sumOfThree = T.Add(aPlusB, c2);
        for (int line = 0; line < 7; line++, from += nextFrom, to += nextTo)
        {
            T d0 = T.Load(from);
            T d1 = T.Load(from + fromStep);
            T d2 = T.Load(from + (2 * fromStep));
            T d3 = T.Load(from + (3 * fromStep));
            T d4 = T.Load(from + (4 * fromStep));
            T d5 = T.Load(from + (5 * fromStep));
            Pair(d0, d1, d2, d3, d4, d5, a, bPlusC, bc, to, step);
            Pair(d0, d1, d2, d3, d4, d5, b, aPlusC, ac, to + (2 * step), step);
            Pair(d0, d1, d2, d3, d4, d5, c, aPlusB, ab, to + (4 * step), step);
            T far = T.NegateMultiplyAdd(productOfThree, d0, T.Load(from + (6 * fromStep)));
            far = T.MultiplyAdd(sumOfPairs, d2, far);
            T.Store(T.NegateMultiplyAdd(sumOfThree, d4, far), to + (6 * step));
        }
    }

    /// <summary>The rows of the points ± <paramref name="at"/>; the squares of the other two pairs have that sum and that product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<T>(T d0, T d1, T d2, T d3, T d4, T d5, T at, T sum, T product, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T even = T.MultiplyAdd(product, d0, T.NegateMultiplyAdd(sum, d2, d4));
        T odd = T.MultiplyAdd(product, d1, T.NegateMultiplyAdd(sum, d3, d5));
        T.Store(T.MultiplyAdd(at, even, odd), to);
        T.Store(T.NegateMultiplyAdd(at, even, odd), to + step);
    }

    /// <summary>G times four values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter<T>(float* from, nint fromStep, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T g0 = T.Load(from);
        T g1 = T.Load(from + fromStep);
        T g2 = T.Load(from + (2 * fromStep));
        T g3 = T.Load(from + (3 * fromStep));
        FilterPair(g0, g1, g2, g3, A, 2d * A * ((A * A) - (B * B)) * ((A * A) - (C * C)), to, step);
        FilterPair(g0, g1, g2, g3, B, 2d * B * ((B * B) - (A * A)) * ((B * B) - (C * C)), to + (2 * step), step);
        FilterPair(g0, g1, g2, g3, C, 2d * C * ((C * C) - (A * A)) * ((C * C) - (B * B)), to + (4 * step), step);
        T.Store(g3, to + (6 * step));
    }

    /// <summary>The rows of the points ± <paramref name="at"/>, whose distances from the others multiply to ± <paramref name="scale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterPair<T>(T g0, T g1, T g2, T g3, float at, double scale, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T even = T.MultiplyAdd(T.Broadcast((float)(at * at / scale)), g2, T.Multiply(T.Broadcast((float)(1 / scale)), g0));
        T odd = T.MultiplyAdd(T.Broadcast((float)(at * at * at / scale)), g3, T.Multiply(T.Broadcast((float)(at / scale)), g1));
        T.Store(T.Add(odd, even), to);
        T.Store(T.Subtract(odd, even), to + step);
    }

    /// <summary>The first and the third row of outputs; returns the sum of the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T EvenRows<T, TTarget>(float* products, nint line, nint point, in TTarget target, float nearest, float middle, float farthest, out T third)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        T a = T.Broadcast(nearest);
        T b = T.Broadcast(middle);
        T c = T.Broadcast(farthest);
        T a2 = T.Multiply(a, a);
        T b2 = T.Multiply(b, b);
        T c2 = T.Multiply(c, c);
        T a3 = T.Multiply(a2, a);
        T b3 = T.Multiply(b2, b);
        T c3 = T.Multiply(c2, c);
        Evens(products, line, a2, b2, c2, out T m0, out T n0);
        Evens(products + point, line, a2, b2, c2, out T m1, out T n1);
        Evens(products + (2 * point), line, a2, b2, c2, out T m2, out T n2);
        Evens(products + (3 * point), line, a2, b2, c2, out T m3, out T n3);
        Evens(products + (4 * point), line, a2, b2, c2, out T m4, out T n4);
        Evens(products + (5 * point), line, a2, b2, c2, out T m5, out T n5);
        Evens(products + (6 * point), line, a2, b2, c2, out T m6, out T n6);
        T first = Row(m0, m1, m2, m3, m4, m5, m6, a, b, c, a2, b2, c2, a3, b3, c3, target, 0);
        third = Row(n0, n1, n2, n3, n4, n5, n6, a, b, c, a2, b2, c2, a3, b3, c3, target, 2);
        return first;
    }

    /// <summary>The second and the fourth row of outputs; returns the sum of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T OddRows<T, TTarget>(float* products, nint line, nint point, in TTarget target, float nearest, float middle, float farthest, out T fourth)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        T a = T.Broadcast(nearest);
        T b = T.Broadcast(middle);
        T c = T.Broadcast(farthest);
        T a2 = T.Multiply(a, a);
        T b2 = T.Multiply(b, b);
        T c2 = T.Multiply(c, c);
        T a3 = T.Multiply(a2, a);
        T b3 = T.Multiply(b2, b);
        T c3 = T.Multiply(c2, c);
        Odds(products, line, a, b, c, a3, b3, c3, out T m0, out T n0);
        Odds(products + point, line, a, b, c, a3, b3, c3, out T m1, out T n1);
        Odds(products + (2 * point), line, a, b, c, a3, b3, c3, out T m2, out T n2);
        Odds(products + (3 * point), line, a, b, c, a3, b3, c3, out T m3, out T n3);
        Odds(products + (4 * point), line, a, b, c, a3, b3, c3, out T m4, out T n4);
        Odds(products + (5 * point), line, a, b, c, a3, b3, c3, out T m5, out T n5);
        Odds(products + (6 * point), line, a, b, c, a3, b3, c3, out T m6, out T n6);
        T second = Row(m0, m1, m2, m3, m4, m5, m6, a, b, c, a2, b2, c2, a3, b3, c3, target, 1);
        fourth = Row(n0, n1, n2, n3, n4, n5, n6, a, b, c, a2, b2, c2, a3, b3, c3, target, 3);
        return second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Evens<T>(float* products, nint line, T a2, T b2, T c2, out T first, out T third)
        where T : unmanaged, ISimd<T> => Evens(
            T.Add(T.Load(products), T.Load(products + line)), T.Add(T.Load(products + (2 * line)), T.Load(products + (3 * line))), T.Add(T.Load(products + (4 * line)), T.Load(products + (5 * line))),
            a2, b2, c2, out first, out third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odds<T>(float* products, nint line, T a, T b, T c, T a3, T b3, T c3, out T second, out T fourth)
        where T : unmanaged, ISimd<T> => Odds(
            T.Subtract(T.Load(products), T.Load(products + line)),
            T.Subtract(T.Load(products + (2 * line)), T.Load(products + (3 * line))),
            T.Subtract(T.Load(products + (4 * line)), T.Load(products + (5 * line))),
            T.Load(products + (6 * line)),
            a, b, c, a3, b3, c3, out second, out fourth);

    /// <summary>Aᵀ times seven values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products<T>(float* from, nint step, out T y0, out T y1, out T y2, out T y3)
        where T : unmanaged, ISimd<T>
    {
        Evens(from, step, T.Broadcast(A * A), T.Broadcast(B * B), T.Broadcast(C * C), out y0, out y2);
        Odds(from, step, T.Broadcast(A), T.Broadcast(B), T.Broadcast(C), T.Broadcast(A * A * A), T.Broadcast(B * B * B), T.Broadcast(C * C * C), out y1, out y3);
    }

    /// <summary>A row of outputs, from seven values; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Row<T, TTarget>(
        T m0, T m1, T m2, T m3, T m4, T m5, T m6, T a, T b, T c, T a2, T b2, T c2, T a3, T b3, T c3, in TTarget to, int row)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        Evens(T.Add(m0, m1), T.Add(m2, m3), T.Add(m4, m5), a2, b2, c2, out T y0, out T y2);
        Odds(T.Subtract(m0, m1), T.Subtract(m2, m3), T.Subtract(m4, m5), m6, a, b, c, a3, b3, c3, out T y1, out T y3);
        return to.Put(row, y0, y1, y2, y3);
    }

    /// <summary>The first and the third row of Aᵀ, from the sums of the points in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Evens<T>(T sumA, T sumB, T sumC, T a2, T b2, T c2, out T first, out T third)
        where T : unmanaged, ISimd<T>
    {
        first = T.Add(sumC, T.Add(sumB, sumA));
        third = T.MultiplyAdd(c2, sumC, T.MultiplyAdd(b2, sumB, T.Multiply(a2, sumA)));
    }

    /// <summary>The second and the fourth row of Aᵀ, from their differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odds<T>(T differenceA, T differenceB, T differenceC, T m6, T a, T b, T c, T a3, T b3, T c3, out T second, out T fourth)
        where T : unmanaged, ISimd<T>
    {
        second = T.MultiplyAdd(c, differenceC, T.MultiplyAdd(b, differenceB, T.Multiply(a, differenceA)));
        fourth = T.MultiplyAdd(c3, differenceC, T.MultiplyAdd(b3, differenceB, T.MultiplyAdd(a3, differenceA, m6)));
    }
}
