using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>F(2×2, 3×3) at the points 0, ±1, ∞: 16 products in place of 36, for images that are hardly larger than its tile.</summary>
internal readonly unsafe struct Winograd2x2 : IWinograd
{
    public static int Taps => 3;

    public static int Points => 16;

    public static int Inputs => 4;

    public static int Outputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        for (int column = 0; column < 4; column++, pixels += BlockedImage.BlockChannels)
        {
            Pixels(T.Load(pixels), T.Load(pixels + row), T.Load(pixels + (2 * row)), T.Load(pixels + (3 * row)), buffer + (column * T.Count), 4 * T.Count);
        }

        for (int line = 0; line < 4; line++, buffer += 4 * T.Count, transformed += 4 * point)
        {
            Pixels(T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), transformed, point);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformFilter<T>(float* taps, nint tap, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        nint row = 3 * tap;
        T a0 = T.Load(taps);
        T a3 = T.Load(taps + (2 * row));
        Filter(a0, T.Load(taps + row), a3, out T a1, out T a2);
        taps += tap;
        T b0 = T.Load(taps);
        T b3 = T.Load(taps + (2 * row));
        Filter(b0, T.Load(taps + row), b3, out T b1, out T b2);
        taps += tap;
        T c0 = T.Load(taps);
        T c3 = T.Load(taps + (2 * row));
        Filter(c0, T.Load(taps + row), c3, out T c1, out T c2);
        FilterRow(a0, b0, c0, transformed, point);
        FilterRow(a1, b1, c1, transformed + (4 * point), point);
        FilterRow(a2, b2, c2, transformed + (8 * point), point);
        FilterRow(a3, b3, c3, transformed + (12 * point), point);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T>(float* products, nint point, float* buffer, float* outputs)
        where T : unmanaged, ISimd<T>
    {
        nint line = 4 * point;
        for (int column = 0; column < 4; column++, products += point)
        {
            Products(T.Load(products), T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), buffer + (column * T.Count), 4 * T.Count);
        }

        T sum = Products(T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), outputs, T.Count);
        buffer += 4 * T.Count;
        return T.Add(sum, Products(
            T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), outputs + (2 * T.Count), T.Count));
    }

    /// <summary>Bᵀ times four values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixels<T>(T d0, T d1, T d2, T d3, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T.Store(T.Subtract(d0, d2), to);
        T.Store(T.Add(d2, d1), to + step);
        T.Store(T.Subtract(d2, d1), to + (2 * step));
        T.Store(T.Subtract(d3, d1), to + (3 * step));
    }

    /// <summary>G times three values, less its first and last row, which are g0 and g2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter<T>(T g0, T g1, T g2, out T u1, out T u2)
        where T : unmanaged, ISimd<T>
    {
        T half = T.Broadcast(0.5f);
        T even = T.Multiply(half, T.Add(g0, g2));
        u1 = T.MultiplyAdd(half, g1, even);
        u2 = T.NegateMultiplyAdd(half, g1, even);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterRow<T>(T g0, T g1, T g2, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        Filter(g0, g1, g2, out T u1, out T u2);
        T.Store(g0, to);
        T.Store(u1, to + step);
        T.Store(u2, to + (2 * step));
        T.Store(g2, to + (3 * step));
    }

    /// <summary>Aᵀ times four values; returns the sum of the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Products<T>(T m0, T m1, T m2, T m3, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T y0 = T.Add(m0, T.Add(m1, m2));
        T y1 = T.Add(T.Subtract(m1, m2), m3);
        T.Store(y0, to);
        T.Store(y1, to + step);
        return T.Add(y0, y1);
    }
}
