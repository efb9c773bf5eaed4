using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Kernels.Cpu;

/// <summary>Blocks of 16 channels put apart, for the host: as many pixels as a vector has lanes are transposed in registers.</summary>
internal static unsafe class DensePlanes<T>
    where T : unmanaged, ISimd<T>
{
    private const int Lanes = BlockedImage.BlockChannels;

    /// <summary>Copies some pixels of one plane of 16 channels to a dense plane for each channel.</summary>
    /// <param name="start">The first channel's first pixel inside the halo.</param>
    /// <param name="from">How the plane lies.</param>
    /// <param name="first">The first pixel to copy, row by row.</param>
    /// <param name="end">After the last one.</param>
    /// <param name="channels">How many of the plane's are copied, from the first on.</param>
    /// <param name="target">Where the first pixel goes in the first channel's dense plane.</param>
    /// <param name="plane">Elements from plane to plane there.</param>
    /// <param name="streams">Whether whole cache lines go past the caches: the target begins one in every plane.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* start, in BlockedImage from, int first, int end, int channels, float* target, nint plane, bool streams)
    {
        float* gathered = stackalloc float[2 * Lanes * Lanes];
        if (streams && T.Count < Lanes && channels == Lanes)
        {
            for (; end - first >= Lanes; first += Lanes, target += Lanes)
            {
                StreamLines(start, from, first, gathered, gathered + (Lanes * Lanes), target, plane);
            }

            streams = false;
        }

        (int y, int x) = Math.DivRem(first, from.Width);
        for (int pixel = first; pixel < end; pixel += T.Count, target += T.Count)
        {
            int count = Math.Min(T.Count, end - pixel);
            float* source = start + (y * from.RowStride) + ((nint)x * Lanes);
            if (count == T.Count && count <= from.Width - x)
            {
                x += count;
            }
            else
            {
                source = gathered;
                Gather(start, from, ref y, ref x, count, channels, gathered);
            }

            (y, x) = x == from.Width ? (y + 1, 0) : (y, x);
            if (count == T.Count && channels == Lanes)
            {
                Transpose(source, Lanes, target, plane, streams);
            }
            else
            {
                CopySome(source, count, channels, gathered + (Lanes * Lanes), target, plane);
            }
        }
    }

    /// <summary>Copies lines of 16 elements.</summary>
    /// <param name="source">The first.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="lines">How many.</param>
    /// <param name="streams">Whether they go past the caches: the target begins a cache line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyLines(float* source, float* target, int lines, bool streams)
    {
        if (!streams)
        {
            new ReadOnlySpan<float>(source, lines * Lanes).CopyTo(new Span<float>(target, lines * Lanes));
            return;
        }

        for (int line = 0; line < lines; line++, source += Lanes, target += Lanes)
        {
            StreamLine(source, target);
        }
    }

    /// <summary>Fewer than 16 channels, or fewer pixels than a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopySome(float* source, int pixels, int channels, float* transposed, float* target, nint plane)
    {
        if (pixels == T.Count)
        {
            Transpose(source, channels, transposed, T.Count, streams: false);
            for (int c = 0; c < channels; c++)
            {
                T.Store(T.Load(transposed + (c * T.Count)), target + (c * plane));
            }

            return;
        }

        for (int c = 0; c < channels; c++)
        {
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                target[(c * plane) + pixel] = source[(pixel * Lanes) + c];
            }
        }
    }

    /// <summary>[pixel][16] to rows of pixels: whole vectors of channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* source, int channels, float* destination, nint rowStride, bool streams)
    {
        for (int lane = 0; lane < channels; lane += T.Count)
        {
            T.Transpose(source + lane, Lanes, destination + (lane * rowStride), rowStride, streams);
        }
    }

    /// <summary>Sixteen pixels of sixteen channels, whose lines are put together from vectors that are parts of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StreamLines(float* start, in BlockedImage from, int first, float* gathered, float* lines, float* target, nint plane)
    {
        (int y, int x) = Math.DivRem(first, from.Width);
        float* source = start + (y * from.RowStride) + ((nint)x * Lanes);
        if (from.Width - x < Lanes)
        {
            source = gathered;
            Gather(start, from, ref y, ref x, Lanes, Lanes, gathered);
        }

        for (int pixel = 0; pixel < Lanes; pixel += T.Count)
        {
            Transpose(source + (pixel * (nint)Lanes), Lanes, lines + pixel, Lanes, streams: false);
        }

        for (int c = 0; c < Lanes; c++, lines += Lanes, target += plane)
        {
            StreamLine(lines, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StreamLine(float* source, float* target)
    {
        Vector256.Load(source).StoreAlignedNonTemporal(target);
        Vector256.Load(source + (Lanes / 2)).StoreAlignedNonTemporal(target + (Lanes / 2));
    }

    /// <summary>Pixels of several rows side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(float* start, in BlockedImage from, ref int y, ref int x, int pixels, int channels, float* gathered)
    {
        for (int i = 0; i < pixels; i++, x++, gathered += Lanes)
        {
            (y, x) = x == from.Width ? (y + 1, 0) : (y, x);
            CopyPixel(start + (y * from.RowStride) + ((nint)x * Lanes), gathered, channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyPixel(float* source, float* destination, int channels)
    {
        for (int lane = 0; lane < channels; lane += T.Count)
        {
            T.Store(T.Load(source + lane), destination + lane);
        }
    }
}
