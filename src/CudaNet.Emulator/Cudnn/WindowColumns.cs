using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The windows of a padded image as the columns of a product: one for each pixel of the result, never stored whole.</summary>
internal sealed class WindowColumns<T>(ReadOnlyMemory<T> image, int[] pixels, int[] terms) : IColumnSource<T>
    where T : unmanaged
{
    public int Columns => pixels.Length;

    /// <summary>Where each pixel's window starts in the padded image.</summary>
    public static int[] PixelOffsets(ConvolutionProblem problem)
    {
        int width = problem.Y.Extents[3];
        int[] offsets = new int[problem.Y.Extents[2] * width];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = (i / width * problem.StrideHeight * problem.PaddedWidth) + (i % width * problem.StrideWidth);
        }

        return offsets;
    }

    /// <summary>Where each term of a sum lies from the window's start, in the order channel, row, column.</summary>
    public static int[] TermOffsets(ConvolutionProblem problem)
    {
        int[] offsets = new int[problem.Depth];
        int at = 0;
        for (int c = 0; c < problem.FilterChannels; c++)
        {
            for (int r = 0; r < problem.FilterHeight; r++)
            {
                for (int s = 0; s < problem.FilterWidth; s++)
                {
                    offsets[at++] = (((c * problem.PaddedHeight) + (r * problem.DilationHeight)) * problem.PaddedWidth) + (s * problem.DilationWidth);
                }
            }
        }

        return offsets;
    }

    public void Pack(int first, int width, Span<T> panel)
    {
        ReadOnlySpan<T> source = image.Span;
        ReadOnlySpan<int> starts = pixels.AsSpan(first, Math.Min(width, pixels.Length - first));
        bool contiguous = starts[^1] - starts[0] == starts.Length - 1;
        for (int k = 0; k < terms.Length; k++)
        {
            Span<T> row = panel.Slice(k * width, width);
            if (contiguous)
            {
                source.Slice(terms[k] + starts[0], starts.Length).CopyTo(row);
            }
            else
            {
                ReadOnlySpan<T> window = source[terms[k]..];
                for (int j = 0; j < starts.Length; j++)
                {
                    row[j] = window[starts[j]];
                }
            }

            row[starts.Length..].Clear();
        }
    }
}
