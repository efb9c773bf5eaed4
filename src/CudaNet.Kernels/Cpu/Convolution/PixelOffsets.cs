using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Where neighbouring output pixels of a batch have their windows and their results.</summary>
internal static unsafe class PixelOffsets
{
    /// <param name="stride">Of the window.</param>
    /// <param name="from">How windows walk the source.</param>
    /// <param name="to">Where results go.</param>
    /// <param name="firstPixel">Of the whole batch, row by row.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="rows">How many offsets are filled: those after the last pixel's are the same as its.</param>
    /// <param name="sources">Each pixel's window, relative to the first.</param>
    /// <param name="destinations">Each pixel's result in its image's first plane.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Locate(int stride, in SourceGeometry from, in BlockedImage to, int firstPixel, int pixels, int rows, nint* sources, nint* destinations)
    {
        (int line, int x) = Math.DivRem(firstPixel, to.Width);
        (int image, int y) = Math.DivRem(line, to.Height);
        for (int row = 0; row < rows; row++)
        {
            sources[row] = (image * from.Image) + ((nint)y * stride * from.Row) + ((nint)x * stride * from.Pixel);
            destinations[row] = (image * to.ImageStride) + to.Interior + (y * to.RowStride) + ((nint)x * BlockedImage.BlockChannels);
            if (row + 1 < pixels && ++x == to.Width)
            {
                x = 0;
                y = (y + 1) % to.Height;
                image += y == 0 ? 1 : 0;
            }
        }
    }
}
