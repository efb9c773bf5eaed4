using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The products of all points of a few tiles, over the few terms whose transformed weights are in the first-level cache: by panels of two vectors. The sums are those of
/// <see cref="TileKernel.RunRows{T}"/>.
/// </summary>
internal static unsafe class PointKernel
{
    /// <summary>Whether there is a kernel for tiles of that height and panels that wide.</summary>
    public static bool Takes<T>(int height, int outputs)
        where T : unmanaged, ISimd<T> => height is 4 or 1 && outputs == 2 * T.Count;

    /// <param name="pixels">The first term of the first point, [height] at 16 values from row to row.</param>
    /// <param name="pixelPoint">Elements from point to point.</param>
    /// <param name="height">4 or 1.</param>
    /// <param name="weights">[term][two vectors] of the first point.</param>
    /// <param name="weightPoint">Elements from point to point.</param>
    /// <param name="terms">How many.</param>
    /// <param name="points">How many.</param>
    /// <param name="start">What the sums begin with, [point][row][two vectors]; null for zeros.</param>
    /// <param name="sums">The same.</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it a point.</param>
    public static void Run<T>(
        float* pixels, nint pixelPoint, int height, float* weights, nint weightPoint, int terms, int points, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        if (height == 4)
        {
            Four<T>(pixels, pixelPoint, weights, weightPoint, terms, points, start, sums, accumulate, next, nextStep);
        }
        else
        {
            One<T>(pixels, pixelPoint, weights, weightPoint, terms, points, start, sums, accumulate, next, nextStep);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(
        float* pixels, nint pixelPoint, float* weights, nint weightPoint, int terms, int points, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        for (int point = 0; point < points; point++, pixels += pixelPoint, weights += weightPoint, sums += 8 * T.Count)
        {
            T a0 = default, b0 = default;
            T a1 = default, b1 = default;
            T a2 = default, b2 = default;
            T a3 = default, b3 = default;
            if (start != null)
            {
                a0 = T.Load(start);
                b0 = T.Load(start + T.Count);
                a1 = T.Load(start + (2 * T.Count));
                b1 = T.Load(start + (3 * T.Count));
                a2 = T.Load(start + (4 * T.Count));
                b2 = T.Load(start + (5 * T.Count));
                a3 = T.Load(start + (6 * T.Count));
                b3 = T.Load(start + (7 * T.Count));
                start += 8 * T.Count;
            }

            Prefetch(next);
            Prefetch(next + NativeAllocator.Alignment);
            next += nextStep;
            float* panel = weights;
            for (int term = 0; term < terms; term++, panel += 2 * T.Count)
            {
                T w0 = T.Load(panel);
                T w1 = T.Load(panel + T.Count);
                T x = T.Broadcast(pixels[term]);
                a0 = T.MultiplyAdd(x, w0, a0);
                b0 = T.MultiplyAdd(x, w1, b0);
                x = T.Broadcast(pixels[term + (1 * 16)]);
                a1 = T.MultiplyAdd(x, w0, a1);
                b1 = T.MultiplyAdd(x, w1, b1);
                x = T.Broadcast(pixels[term + (2 * 16)]);
                a2 = T.MultiplyAdd(x, w0, a2);
                b2 = T.MultiplyAdd(x, w1, b2);
                x = T.Broadcast(pixels[term + (3 * 16)]);
                a3 = T.MultiplyAdd(x, w0, a3);
                b3 = T.MultiplyAdd(x, w1, b3);
            }

            Finish(a0, sums, accumulate);
            Finish(b0, sums + T.Count, accumulate);
            Finish(a1, sums + (2 * T.Count), accumulate);
            Finish(b1, sums + (3 * T.Count), accumulate);
            Finish(a2, sums + (4 * T.Count), accumulate);
            Finish(b2, sums + (5 * T.Count), accumulate);
            Finish(a3, sums + (6 * T.Count), accumulate);
            Finish(b3, sums + (7 * T.Count), accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(
        float* pixels, nint pixelPoint, float* weights, nint weightPoint, int terms, int points, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        for (int point = 0; point < points; point++, pixels += pixelPoint, weights += weightPoint, sums += 2 * T.Count)
        {
            T a = default, b = default;
            if (start != null)
            {
                a = T.Load(start);
                b = T.Load(start + T.Count);
                start += 2 * T.Count;
            }

            Prefetch(next);
            Prefetch(next + NativeAllocator.Alignment);
            next += nextStep;
            float* panel = weights;
            for (int term = 0; term < terms; term++, panel += 2 * T.Count)
            {
                T x = T.Broadcast(pixels[term]);
                a = T.MultiplyAdd(x, T.Load(panel), a);
                b = T.MultiplyAdd(x, T.Load(panel + T.Count), b);
            }

            Finish(a, sums, accumulate);
            Finish(b, sums + T.Count, accumulate);
        }
    }
}
