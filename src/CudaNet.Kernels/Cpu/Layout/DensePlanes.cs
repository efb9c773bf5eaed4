using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Planes of 16 channels put apart: as many pixels as a vector has lanes are transposed in registers.</summary>
internal static unsafe class DensePlanes<T>
    where T : unmanaged, ISimd<T>
{
    private const int Lanes = BlockedImage.BlockChannels;

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
        float* start = plane + from.Interior;
        int pixels = from.Height * from.Width;
        if (pixels == 1)
        {
            new ReadOnlySpan<float>(start, channels).CopyTo(new Span<float>(target, channels));
            return;
        }

        float* gathered = stackalloc float[T.Count * Lanes];
        float* transposed = stackalloc float[T.Count * Lanes];
        (int y, int x) = Math.DivRem(first, from.Width);
        for (int pixel = first; pixel < end;)
        {
            int count = Math.Min(T.Count, end - pixel);
            float* source = start + (y * from.RowStride) + ((nint)x * Lanes);
            if (count <= from.Width - x && count == T.Count)
            {
                x += count;
            }
            else
            {
                source = gathered;
                for (int i = 0; i < count; i++)
                {
                    if (x == from.Width)
                    {
                        (x, y) = (0, y + 1);
                    }

                    CopyPixel(start + (y * from.RowStride) + ((nint)x++ * Lanes), gathered + (i * Lanes));
                }
            }

            if (x == from.Width)
            {
                (x, y) = (0, y + 1);
            }

            if (channels == Lanes && count == T.Count)
            {
                Transpose(source, target + pixel, pixels);
            }
            else
            {
                Transpose(source, transposed, T.Count);
                for (int c = 0; c < channels; c++)
                {
                    new ReadOnlySpan<float>(transposed + (c * T.Count), count).CopyTo(new Span<float>(target + ((nint)c * pixels) + pixel, count));
                }
            }

            pixel += count;
        }
    }

    /// <summary>[pixel][16] to 16 rows of pixels.</summary>
    private static void Transpose(float* source, float* destination, nint rowStride)
    {
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            T.Transpose(source + lane, Lanes, destination + (lane * rowStride), rowStride);
        }
    }

    private static void CopyPixel(float* source, float* destination)
    {
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            T.Store(T.Load(source + lane), destination + lane);
        }
    }
}
