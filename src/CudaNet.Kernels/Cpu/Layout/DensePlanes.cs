using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Blocks of 16 channels put apart, for the host: as many pixels as a vector has lanes are transposed in registers.</summary>
internal static unsafe class DensePlanes<T>
    where T : unmanaged, ISimd<T>
{
    private const int Lanes = BlockedImage.BlockChannels;
    private const int RunPixels = 64;

    /// <summary>Copies some pixels of one plane of 16 channels to a dense plane for each channel.</summary>
    /// <param name="plane">The plane's start, halo included.</param>
    /// <param name="from">How it lies.</param>
    /// <param name="first">The first pixel to copy, row by row.</param>
    /// <param name="end">After the last one.</param>
    /// <param name="channels">How many of the plane's are copied.</param>
    /// <param name="target">The first channel's dense plane.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* plane, in BlockedImage from, int first, int end, int channels, float* target)
    {
        float* gathered = stackalloc float[RunPixels * Lanes];
        for (int pixel = first, count; pixel < end; pixel += count)
        {
            count = Math.Min(RunPixels, end - pixel);
            Gather(plane + from.Interior, from, pixel, pixel + count, gathered);
            Write(gathered, count, channels, target + pixel, (nint)from.Height * from.Width, streams: false);
        }
    }

    /// <summary>Brings pixels of one plane of 16 channels together, without the halo between rows.</summary>
    /// <param name="plane">The plane's first pixel inside the halo.</param>
    /// <param name="from">How it lies.</param>
    /// <param name="first">The first pixel, row by row.</param>
    /// <param name="end">After the last one.</param>
    /// <param name="gathered">Where they go, one behind the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(float* plane, in BlockedImage from, int first, int end, float* gathered)
    {
        (int y, int x) = Math.DivRem(first, from.Width);
        for (int pixel = first; pixel < end; y++, x = 0)
        {
            float* source = plane + (y * from.RowStride) + ((nint)x * Lanes);
            int count = Math.Min(from.Width - x, end - pixel);
            for (nint i = 0; i < count * (nint)Lanes; i += T.Count)
            {
                T.Store(T.Load(source + i), gathered + i);
            }

            gathered += count * (nint)Lanes;
            pixel += count;
        }
    }

    /// <summary>Writes neighbouring pixels of some channels to a dense plane for each channel.</summary>
    /// <param name="values">[pixel][16], from the first of the channels, with room for pixels up to a whole vector.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="channels">How many of the 16.</param>
    /// <param name="target">The first pixel in the first channel's plane.</param>
    /// <param name="plane">Elements from plane to plane.</param>
    /// <param name="streams">Whether to write past the caches what <see cref="ISimd{TSelf}.Transpose"/> can: all planes begin lines.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(float* values, int pixels, int channels, float* target, nint plane, bool streams)
    {
        if (plane == 1)
        {
            new ReadOnlySpan<float>(values, channels).CopyTo(new Span<float>(target, channels));
            return;
        }

        int whole = channels == Lanes ? pixels / T.Count * T.Count : 0;
        for (int pixel = 0; pixel < whole; pixel += T.Count)
        {
            Transpose(values + (pixel * (nint)Lanes), target + pixel, plane, streams);
        }

        if (whole < pixels)
        {
            WriteEnds(values + (whole * (nint)Lanes), pixels - whole, channels, target + whole, plane);
        }
    }

    /// <summary>Writes whole planes of 16 channels, which are neighbours there.</summary>
    /// <param name="values">[pixel][16], with room for pixels up to a whole vector.</param>
    /// <param name="pixels">Of a plane.</param>
    /// <param name="target">The first plane.</param>
    /// <param name="transposed">Room for (pixels + 1) · 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteWhole(float* values, int pixels, float* target, float* transposed)
    {
        // The last pixels first: what a vector of them has too many is where the next plane begins.
        for (int pixel = (pixels - 1) / T.Count * T.Count; pixel >= 0; pixel -= T.Count)
        {
            Transpose(values + (pixel * (nint)Lanes), transposed + pixel, pixels, streams: false);
        }

        new ReadOnlySpan<float>(transposed, pixels * Lanes).CopyTo(new Span<float>(target, pixels * Lanes));
    }

    /// <summary>Less than 16 channels, or less pixels than a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteEnds(float* values, int pixels, int channels, float* target, nint plane)
    {
        float* transposed = stackalloc float[T.Count * Lanes];
        for (int pixel = 0; pixel < pixels; pixel += T.Count)
        {
            int count = Math.Min(T.Count, pixels - pixel);
            Transpose(values + (pixel * (nint)Lanes), transposed, T.Count, streams: false);
            for (int c = 0; c < channels; c++)
            {
                new ReadOnlySpan<float>(transposed + (c * T.Count), count).CopyTo(new Span<float>(target + (c * plane) + pixel, count));
            }
        }
    }

    /// <summary>[pixel][16] to 16 rows of pixels.</summary>
    private static void Transpose(float* source, float* destination, nint rowStride, bool streams)
    {
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            T.Transpose(source + lane, Lanes, destination + (lane * rowStride), rowStride, streams);
        }
    }
}
