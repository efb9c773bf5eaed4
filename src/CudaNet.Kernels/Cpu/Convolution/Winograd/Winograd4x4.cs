using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// F(4×4, 3×3) at the points 0, ±1/√2, ±√2, ∞: 36 products in place of 144. These points cost what the usual 0, ±1, ±2 cost (their squares are ½ and 2)
/// and lose a third as much: docs/numerics.md.
/// </summary>
internal readonly unsafe struct Winograd4x4 : IWinograd
{
    /// <summary>1/√2; √2 is twice as much, also in fp32.</summary>
    private const float Near = 0.70710678f;
    private const float Far = 2 * Near;

    public static int Taps => 3;

    public static int Points => 36;

    public static int Inputs => 6;

    public static int Outputs => 4;

    public static bool HasNarrowTiles => true;

    public static FilterPair FirstPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(-2f / 3, -1f / 3, -2 * Near / 3);
    }

    public static FilterPair SecondPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(1f / 6, 1f / 3, Far / 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, SparedPoints spared, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        int rows = (spared & SparedPoints.LastRow) == 0 ? 6 : 5;
        int columns = (spared & SparedPoints.LastColumn) == 0 ? 6 : 5;
        Pixels<T>(columns, rows, pixels, row, BlockedImage.BlockChannels, buffer, 6 * T.Count, T.Count, Near, Far, 2, 0.5f, 2.5f);
        Pixels<T>(rows, columns, buffer, T.Count, 6 * T.Count, transformed, point, 6 * point, Near, Far, 2, 0.5f, 2.5f);
    }

    public static void TransformFilterRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T> => WinogradFilter<Winograd4x4>.TransformRow<T>(row, taps, tap, vectors, transformed, point);

    /// <remarks>With 32 registers, two rows of outputs at a time without the buffer.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T, TTarget>(float* products, nint point, float* buffer, in TTarget target)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        nint line = 6 * point;
        if (T.Registers == 32)
        {
            T first = EvenRows(products, line, point, target, Near, Far, 2, 0.5f, out T third);
            T second = OddRows(products, line, point, target, Near, Far, 2, 0.5f, out T fourth);
            return T.Add(T.Add(T.Add(first, second), third), fourth);
        }

        for (int column = 0; column < 6; column++, products += point)
        {
            Products(
                T.Load(products), T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), T.Load(products + (4 * line)), T.Load(products + (5 * line)),
                T.Broadcast(Near), T.Broadcast(Far), T.Broadcast(2), T.Broadcast(0.5f), out T y0, out T y1, out T y2, out T y3);
            float* lines = buffer + (column * T.Count);
            T.Store(y0, lines);
            T.Store(y1, lines + (6 * T.Count));
            T.Store(y2, lines + (12 * T.Count));
            T.Store(y3, lines + (18 * T.Count));
        }

        T sum = default;
        for (int row = 0; row < 4; row++, buffer += 6 * T.Count)
        {
            sum = T.Add(sum, Row(
                T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), T.Load(buffer + (4 * T.Count)), T.Load(buffer + (5 * T.Count)),
                T.Broadcast(Near), T.Broadcast(Far), T.Broadcast(2), T.Broadcast(0.5f), target, row));
        }

        return sum;
    }

    /// <summary>Bᵀ times six values, for some lines. Of five values the last stands for the sixth, too, on which the last point alone depends.</summary>
    /// <remarks>
    /// Constants are arguments, and the method is not inlined, so that they are in registers: the JIT would read what it knows from memory at each use, and vectors of 512 bits are limited by that.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pixels<T>(int lines, int values, float* from, nint fromStep, nint nextFrom, float* to, nint step, nint nextTo, float near, float far, float two, float half, float sum)
        where T : unmanaged, ISimd<T>
    {
        T nears = T.Broadcast(near);
        T fars = T.Broadcast(far);
        T twos = T.Broadcast(two);
        T halves = T.Broadcast(half);
        T sums = T.Broadcast(sum);
        nint last = (values - 1) * fromStep;
        for (int line = 0; line < lines; line++, from += nextFrom, to += nextTo)
        {
            T d0 = T.Load(from);
            T d1 = T.Load(from + fromStep);
            T d2 = T.Load(from + (2 * fromStep));
            T d3 = T.Load(from + (3 * fromStep));
            T d4 = T.Load(from + (4 * fromStep));
            T d5 = T.Load(from + last);
            T.Store(T.NegateMultiplyAdd(sums, d2, T.Add(d0, d4)), to);
            T even = T.NegateMultiplyAdd(twos, d2, d4);
            T odd = T.NegateMultiplyAdd(twos, d1, d3);
            T.Store(T.MultiplyAdd(nears, odd, even), to + step);
            T.Store(T.NegateMultiplyAdd(nears, odd, even), to + (2 * step));
            even = T.NegateMultiplyAdd(halves, d2, d4);
            odd = T.NegateMultiplyAdd(halves, d1, d3);
            T.Store(T.MultiplyAdd(fars, odd, even), to + (3 * step));
            T.Store(T.NegateMultiplyAdd(fars, odd, even), to + (4 * step));
            T.Store(T.NegateMultiplyAdd(sums, d3, T.Add(d1, d5)), to + (5 * step));
        }
    }

    /// <summary>The first and the third row of outputs; returns the sum of the first. Constants are arguments, as of the pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T EvenRows<T, TTarget>(float* products, nint line, nint point, in TTarget target, float near, float far, float two, float half, out T third)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        T nears = T.Broadcast(near);
        T fars = T.Broadcast(far);
        T twos = T.Broadcast(two);
        T halves = T.Broadcast(half);
        Evens(products, line, twos, halves, out T a0, out T b0);
        Evens(products + point, line, twos, halves, out T a1, out T b1);
        Evens(products + (2 * point), line, twos, halves, out T a2, out T b2);
        Evens(products + (3 * point), line, twos, halves, out T a3, out T b3);
        Evens(products + (4 * point), line, twos, halves, out T a4, out T b4);
        Evens(products + (5 * point), line, twos, halves, out T a5, out T b5);
        T first = Row(a0, a1, a2, a3, a4, a5, nears, fars, twos, halves, target, 0);
        third = Row(b0, b1, b2, b3, b4, b5, nears, fars, twos, halves, target, 2);
        return first;
    }

    /// <summary>The second and the fourth row of outputs; returns the sum of the second. Constants are arguments, as of the pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T OddRows<T, TTarget>(float* products, nint line, nint point, in TTarget target, float near, float far, float two, float half, out T fourth)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        T nears = T.Broadcast(near);
        T fars = T.Broadcast(far);
        T twos = T.Broadcast(two);
        T halves = T.Broadcast(half);
        Odds(products, line, nears, fars, twos, halves, out T a0, out T b0);
        Odds(products + point, line, nears, fars, twos, halves, out T a1, out T b1);
        Odds(products + (2 * point), line, nears, fars, twos, halves, out T a2, out T b2);
        Odds(products + (3 * point), line, nears, fars, twos, halves, out T a3, out T b3);
        Odds(products + (4 * point), line, nears, fars, twos, halves, out T a4, out T b4);
        Odds(products + (5 * point), line, nears, fars, twos, halves, out T a5, out T b5);
        T second = Row(a0, a1, a2, a3, a4, a5, nears, fars, twos, halves, target, 1);
        fourth = Row(b0, b1, b2, b3, b4, b5, nears, fars, twos, halves, target, 3);
        return second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Evens<T>(float* products, nint line, T two, T half, out T first, out T third)
        where T : unmanaged, ISimd<T> =>
        Evens(T.Load(products), T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), T.Load(products + (4 * line)), two, half, out first, out third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odds<T>(float* products, nint line, T near, T far, T two, T half, out T second, out T fourth)
        where T : unmanaged, ISimd<T> =>
        Odds(
            T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), T.Load(products + (4 * line)), T.Load(products + (5 * line)),
            near, far, two, half, out second, out fourth);

    /// <summary>A row of outputs; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Row<T, TTarget>(T m0, T m1, T m2, T m3, T m4, T m5, T near, T far, T two, T half, in TTarget to, int row)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        Products(m0, m1, m2, m3, m4, m5, near, far, two, half, out T y0, out T y1, out T y2, out T y3);
        return to.Put(row, y0, y1, y2, y3);
    }

    /// <summary>Aᵀ times six values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products<T>(T m0, T m1, T m2, T m3, T m4, T m5, T near, T far, T two, T half, out T y0, out T y1, out T y2, out T y3)
        where T : unmanaged, ISimd<T>
    {
        Evens(m0, m1, m2, m3, m4, two, half, out y0, out y2);
        Odds(m1, m2, m3, m4, m5, near, far, two, half, out y1, out y3);
    }

    /// <summary>The first and the third row of Aᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Evens<T>(T m0, T m1, T m2, T m3, T m4, T two, T half, out T first, out T third)
        where T : unmanaged, ISimd<T>
    {
        T evenNear = T.Add(m1, m2);
        T evenFar = T.Add(m3, m4);
        first = T.Add(T.Add(m0, evenNear), evenFar);
        third = T.MultiplyAdd(two, evenFar, T.Multiply(half, evenNear));
    }

    /// <summary>The second and the fourth row of Aᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odds<T>(T m1, T m2, T m3, T m4, T m5, T near, T far, T two, T half, out T second, out T fourth)
        where T : unmanaged, ISimd<T>
    {
        T oddNear = T.Subtract(m1, m2);
        T oddFar = T.Subtract(m3, m4);
        second = T.MultiplyAdd(far, oddFar, T.Multiply(near, oddNear));
        fourth = T.MultiplyAdd(T.Multiply(two, far), oddFar, T.MultiplyAdd(T.Multiply(half, near), oddNear, m5));
    }
}
