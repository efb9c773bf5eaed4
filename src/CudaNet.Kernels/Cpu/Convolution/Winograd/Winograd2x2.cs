using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>F(2×2, 3×3) at the points 0, ±1, ∞: 16 products in place of 36, for images that are hardly larger than its tile.</summary>
internal readonly unsafe struct Winograd2x2 : IWinograd
{
    public static int Taps => 3;

    public static int Points => 16;

    public static int Inputs => 4;

    public static int Outputs => 2;

    public static bool HasNarrowTiles => true;

    public static FilterPair FirstPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(0.5f, 0.5f, 0.5f);
    }

    public static FilterPair SecondPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => default;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPixels<T>(float* pixels, nint row, SparedPoints spared, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        // Of three values the last stands for the fourth, too, on which the last point alone depends.
        int rows = (spared & SparedPoints.LastRow) == 0 ? 4 : 3;
        int columns = (spared & SparedPoints.LastColumn) == 0 ? 4 : 3;
        for (int column = 0; column < columns; column++, pixels += BlockedImage.BlockChannels)
        {
            Pixels(T.Load(pixels), T.Load(pixels + row), T.Load(pixels + (2 * row)), T.Load(pixels + ((rows - 1) * row)), buffer + (column * T.Count), 4 * T.Count);
        }

        for (int line = 0; line < rows; line++, buffer += 4 * T.Count, transformed += 4 * point)
        {
            Pixels(T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + ((columns - 1) * T.Count)), transformed, point);
        }
    }

    public static void TransformFilterRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T> => WinogradFilter<Winograd2x2>.TransformRow<T>(row, taps, tap, vectors, transformed, point);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T TransformProducts<T, TTarget>(float* products, nint point, float* buffer, in TTarget target)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>
    {
        nint line = 4 * point;
        for (int column = 0; column < 4; column++, products += point)
        {
            Products(T.Load(products), T.Load(products + line), T.Load(products + (2 * line)), T.Load(products + (3 * line)), out T y0, out T y1);
            T.Store(y0, buffer + (column * T.Count));
            T.Store(y1, buffer + ((4 + column) * T.Count));
        }

        T sum = default;
        for (int row = 0; row < 2; row++, buffer += 4 * T.Count)
        {
            Products(T.Load(buffer), T.Load(buffer + T.Count), T.Load(buffer + (2 * T.Count)), T.Load(buffer + (3 * T.Count)), out T y0, out T y1);
            sum = T.Add(sum, target.Put(row, y0, y1));
        }

        return sum;
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

    /// <summary>Aᵀ times four values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products<T>(T m0, T m1, T m2, T m3, out T y0, out T y1)
        where T : unmanaged, ISimd<T>
    {
        y0 = T.Add(m0, T.Add(m1, m2));
        y1 = T.Add(T.Subtract(m1, m2), m3);
    }
}
