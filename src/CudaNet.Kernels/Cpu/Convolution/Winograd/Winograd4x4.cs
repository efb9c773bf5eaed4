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

    public static void TransformFilterRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T> => WinogradFilter<Winograd4x4>.TransformRow<T>(row, taps, tap, vectors, transformed, point);

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
