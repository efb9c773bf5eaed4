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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        for (int column = 0; column < 6; column++, pixels += BlockedImage.BlockChannels)
        {
            Pixels(
                T.Load(pixels), T.Load(pixels + row), T.Load(pixels + (2 * row)), T.Load(pixels + (3 * row)), T.Load(pixels + (4 * row)), T.Load(pixels + (5 * row)),
                buffer + (column * T.Count), 6 * T.Count);
        }

        for (int line = 0; line < 6; line++, buffer += 6 * T.Count, transformed += 6 * point)
        {
            Pixels(
                T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), T.Load(buffer + (4 * T.Count)), T.Load(buffer + (5 * T.Count)),
                transformed, point);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformFilter<T>(float* taps, nint tap, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        T a0 = T.Load(taps);
        T a5 = T.Load(taps + (6 * tap));
        Filter(a0, T.Load(taps + (3 * tap)), a5, out T a1, out T a2, out T a3, out T a4);
        taps += tap;
        T b0 = T.Load(taps);
        T b5 = T.Load(taps + (6 * tap));
        Filter(b0, T.Load(taps + (3 * tap)), b5, out T b1, out T b2, out T b3, out T b4);
        taps += tap;
        T c0 = T.Load(taps);
        T c5 = T.Load(taps + (6 * tap));
        Filter(c0, T.Load(taps + (3 * tap)), c5, out T c1, out T c2, out T c3, out T c4);
        FilterRow(a0, b0, c0, transformed, point);
        FilterRow(a1, b1, c1, transformed + (6 * point), point);
        FilterRow(a2, b2, c2, transformed + (12 * point), point);
        FilterRow(a3, b3, c3, transformed + (18 * point), point);
        FilterRow(a4, b4, c4, transformed + (24 * point), point);
        FilterRow(a5, b5, c5, transformed + (30 * point), point);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T>(float* products, nint point, float* buffer, float* outputs)
        where T : unmanaged, ISimd<T>
    {
        nint line = 6 * point;
        for (int column = 0; column < 6; column++, products += point)
        {
            Products(
                T.Load(products), T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), T.Load(products + (4 * line)), T.Load(products + (5 * line)),
                buffer + (column * T.Count), 6 * T.Count);
        }

        T sum = default;
        for (int row = 0; row < 4; row++, buffer += 6 * T.Count, outputs += 4 * T.Count)
        {
            sum = T.Add(sum, Products(
                T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), T.Load(buffer + (4 * T.Count)), T.Load(buffer + (5 * T.Count)),
                outputs, T.Count));
        }

        return sum;
    }

    /// <summary>Bᵀ times six values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixels<T>(T d0, T d1, T d2, T d3, T d4, T d5, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T near = T.Broadcast(Near);
        T far = T.Broadcast(Far);
        T evenNear = T.MultiplyAdd(T.Broadcast(-2), d2, d4);
        T oddNear = T.MultiplyAdd(T.Broadcast(-2), d1, d3);
        T evenFar = T.MultiplyAdd(T.Broadcast(-0.5f), d2, d4);
        T oddFar = T.MultiplyAdd(T.Broadcast(-0.5f), d1, d3);
        T.Store(T.MultiplyAdd(T.Broadcast(-2.5f), d2, T.Add(d0, d4)), to);
        T.Store(T.MultiplyAdd(near, oddNear, evenNear), to + step);
        T.Store(T.NegateMultiplyAdd(near, oddNear, evenNear), to + (2 * step));
        T.Store(T.MultiplyAdd(far, oddFar, evenFar), to + (3 * step));
        T.Store(T.NegateMultiplyAdd(far, oddFar, evenFar), to + (4 * step));
        T.Store(T.MultiplyAdd(T.Broadcast(-2.5f), d3, T.Add(d1, d5)), to + (5 * step));
    }

    /// <summary>G times three values, less its first and last row, which are g0 and g2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter<T>(T g0, T g1, T g2, out T u1, out T u2, out T u3, out T u4)
        where T : unmanaged, ISimd<T>
    {
        T near = T.Broadcast(2 * Near / 3);
        T far = T.Broadcast(Far / 6);
        T evenNear = T.MultiplyAdd(T.Broadcast(-1f / 3), g2, T.Multiply(T.Broadcast(-2f / 3), g0));
        T evenFar = T.MultiplyAdd(T.Broadcast(1f / 3), g2, T.Multiply(T.Broadcast(1f / 6), g0));
        u1 = T.NegateMultiplyAdd(near, g1, evenNear);
        u2 = T.MultiplyAdd(near, g1, evenNear);
        u3 = T.MultiplyAdd(far, g1, evenFar);
        u4 = T.NegateMultiplyAdd(far, g1, evenFar);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterRow<T>(T g0, T g1, T g2, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        Filter(g0, g1, g2, out T u1, out T u2, out T u3, out T u4);
        T.Store(g0, to);
        T.Store(u1, to + step);
        T.Store(u2, to + (2 * step));
        T.Store(u3, to + (3 * step));
        T.Store(u4, to + (4 * step));
        T.Store(g2, to + (5 * step));
    }

    /// <summary>Aᵀ times six values; returns the sum of the four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Products<T>(T m0, T m1, T m2, T m3, T m4, T m5, float* to, nint step)
        where T : unmanaged, ISimd<T>
    {
        T evenNear = T.Add(m1, m2);
        T oddNear = T.Subtract(m1, m2);
        T evenFar = T.Add(m3, m4);
        T oddFar = T.Subtract(m3, m4);
        T y0 = T.Add(T.Add(m0, evenNear), evenFar);
        T y1 = T.MultiplyAdd(T.Broadcast(Far), oddFar, T.Multiply(T.Broadcast(Near), oddNear));
        T y2 = T.MultiplyAdd(T.Broadcast(2), evenFar, T.Multiply(T.Broadcast(0.5f), evenNear));
        T y3 = T.MultiplyAdd(T.Broadcast(2 * Far), oddFar, T.MultiplyAdd(T.Broadcast(0.5f * Near), oddNear, m5));
        T.Store(y0, to);
        T.Store(y1, to + step);
        T.Store(y2, to + (2 * step));
        T.Store(y3, to + (3 * step));
        return T.Add(T.Add(y0, y1), T.Add(y2, y3));
    }
}
