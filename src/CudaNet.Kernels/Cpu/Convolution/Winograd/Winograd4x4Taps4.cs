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

    public static FilterPair FirstPair => default;

    public static FilterPair SecondPair => default;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        for (int column = 0; column < 7; column++, pixels += BlockedImage.BlockChannels)
        {
            Pixels<T>(pixels, row, buffer + (column * T.Count), 7 * T.Count);
        }

        for (int line = 0; line < 7; line++, buffer += 7 * T.Count, transformed += 7 * point)
        {
            Pixels<T>(buffer, T.Count, transformed, point);
        }
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T>(float* products, nint point, float* buffer, float* outputs)
        where T : unmanaged, ISimd<T>
    {
        for (int column = 0; column < 7; column++, products += point)
        {
            Products<T>(products, 7 * point, buffer + (column * T.Count), 7 * T.Count);
        }

        T sum = default;
        for (int row = 0; row < 4; row++, buffer += 7 * T.Count, outputs += 4 * T.Count)
        {
            sum = T.Add(sum, Products<T>(buffer, T.Count, outputs, T.Count));
        }

        return sum;
    }

    /// <summary>Bᵀ times seven values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixels<T>(float* from, nint fromStep, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T d0 = T.Load(from);
        T d1 = T.Load(from + fromStep);
        T d2 = T.Load(from + (2 * fromStep));
        T d3 = T.Load(from + (3 * fromStep));
        T d4 = T.Load(from + (4 * fromStep));
        T d5 = T.Load(from + (5 * fromStep));
        Pair(d0, d1, d2, d3, d4, d5, A, (B * B) + (C * C), B * B * C * C, to, step);
        Pair(d0, d1, d2, d3, d4, d5, B, (A * A) + (C * C), A * A * C * C, to + (2 * step), step);
        Pair(d0, d1, d2, d3, d4, d5, C, (A * A) + (B * B), A * A * B * B, to + (4 * step), step);
        T far = T.MultiplyAdd(T.Broadcast(-(A * A * B * B * C * C)), d0, T.Load(from + (6 * fromStep)));
        far = T.MultiplyAdd(T.Broadcast((A * A * B * B) + (A * A * C * C) + (B * B * C * C)), d2, far);
        T.Store(T.MultiplyAdd(T.Broadcast(-((A * A) + (B * B) + (C * C))), d4, far), to + (6 * step));
    }

    /// <summary>The rows of the points ± <paramref name="at"/>; the squares of the other two pairs have that sum and that product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<T>(T d0, T d1, T d2, T d3, T d4, T d5, float at, float sum, float product, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T even = T.MultiplyAdd(T.Broadcast(product), d0, T.MultiplyAdd(T.Broadcast(-sum), d2, d4));
        T odd = T.MultiplyAdd(T.Broadcast(product), d1, T.MultiplyAdd(T.Broadcast(-sum), d3, d5));
        T.Store(T.MultiplyAdd(T.Broadcast(at), even, odd), to);
        T.Store(T.NegateMultiplyAdd(T.Broadcast(at), even, odd), to + step);
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

    /// <summary>Aᵀ times seven values; returns the sum of the four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Products<T>(float* from, nint fromStep, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T m0 = T.Load(from);
        T m1 = T.Load(from + fromStep);
        T evenA = T.Add(m0, m1);
        T oddA = T.Subtract(m0, m1);
        m0 = T.Load(from + (2 * fromStep));
        m1 = T.Load(from + (3 * fromStep));
        T evenB = T.Add(m0, m1);
        T oddB = T.Subtract(m0, m1);
        m0 = T.Load(from + (4 * fromStep));
        m1 = T.Load(from + (5 * fromStep));
        T evenC = T.Add(m0, m1);
        T oddC = T.Subtract(m0, m1);
        T y0 = T.Add(evenC, T.Add(evenB, evenA));
        T y1 = T.MultiplyAdd(T.Broadcast(C), oddC, T.MultiplyAdd(T.Broadcast(B), oddB, T.Multiply(T.Broadcast(A), oddA)));
        T y2 = T.MultiplyAdd(T.Broadcast(C * C), evenC, T.MultiplyAdd(T.Broadcast(B * B), evenB, T.Multiply(T.Broadcast(A * A), evenA)));
        T y3 = T.MultiplyAdd(T.Broadcast(A * A * A), oddA, T.Load(from + (6 * fromStep)));
        y3 = T.MultiplyAdd(T.Broadcast(C * C * C), oddC, T.MultiplyAdd(T.Broadcast(B * B * B), oddB, y3));
        T.Store(y0, to);
        T.Store(y1, to + step);
        T.Store(y2, to + (2 * step));
        T.Store(y3, to + (3 * step));
        return T.Add(T.Add(y0, y1), T.Add(y2, y3));
    }
}
