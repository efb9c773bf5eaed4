using System.Numerics;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Cudnn;

/// <summary>Computes a convolution over host bytes, one image at a time, in float or double.</summary>
internal static class ConvolutionRun
{
    /// <param name="problem">What is convolved with what.</param>
    /// <param name="order">The order of the sums.</param>
    /// <param name="rounding">Of the operands.</param>
    /// <param name="x">The input's bytes.</param>
    /// <param name="w">The filter's bytes.</param>
    /// <param name="finish">Takes the sums of one image, (K, P, Q), from its number on.</param>
    public static void Compute<T>(
        ConvolutionProblem problem, Accumulation order, OperandRounding rounding, ReadOnlySpan<byte> x, ReadOnlySpan<byte> w, ConvolutionFinish<T> finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int filtersOfGroup = problem.Filters / problem.Groups;
        int pixelCount = problem.Y.Extents[2] * problem.Y.Extents[3];
        int[] pixels = WindowColumns<T>.PixelOffsets(problem);
        int[] terms = WindowColumns<T>.TermOffsets(problem);
        using ScratchArray<T> filter = new((int)problem.W.ElementCount);
        LoadFilter(problem, w, filter.Span);
        Round(rounding, filter.Span);
        using ScratchArray<T> image = new(problem.FilterChannels * problem.PaddedHeight * problem.PaddedWidth);
        using ScratchArray<T> sums = new(problem.Filters * pixelCount);
        var rows = new PackedRows<T>[problem.Groups];
        for (int group = 0; group < rows.Length; group++)
        {
            int size = filtersOfGroup * problem.Depth;
            rows[group] = new PackedRows<T>(filter.Span.Slice(group * size, size), filtersOfGroup, problem.Depth, problem.Depth, 1);
        }

        WindowColumns<T> windows = new(image.Array.AsMemory(0, image.Length), pixels, terms);
        for (int n = 0; n < problem.X.Extents[0]; n++)
        {
            for (int group = 0; group < rows.Length; group++)
            {
                LoadImage(problem, x, n, group * problem.FilterChannels, image.Span);
                Round(rounding, image.Span);
                MatrixProduct.Multiply(rows[group], windows, order, sums.Span.Slice(group * filtersOfGroup * pixelCount, filtersOfGroup * pixelCount));
            }

            finish.Image(n, sums.Span);
        }

        foreach (PackedRows<T> packed in rows)
        {
            packed.Dispose();
        }
    }

    /// <summary>Channels of one image with their padding: (C, H + 2·pad, W + 2·pad).</summary>
    private static void LoadImage<T>(ConvolutionProblem problem, ReadOnlySpan<byte> x, int n, int firstChannel, Span<T> image)
        where T : unmanaged
    {
        image.Clear();
        TensorLayout layout = problem.X;
        int size = Elements.SizeOf(layout.Element);
        for (int h = 0; h < layout.Extents[2]; h++)
        {
            for (int c = 0; c < problem.FilterChannels; c++)
            {
                long offset = ((long)n * layout.Strides[0]) + ((long)(firstChannel + c) * layout.Strides[1]) + ((long)h * layout.Strides[2]);
                int to = (((c * problem.PaddedHeight) + h + problem.PadHeight) * problem.PaddedWidth) + problem.PadWidth;
                Elements.Read(x[(int)(offset * size)..], layout.Element, layout.Strides[3], image.Slice(to, layout.Extents[3]));
            }
        }
    }

    /// <summary>The filter as (K, C, R, S) whatever its order in memory, turned around where the convolution is flipped.</summary>
    private static void LoadFilter<T>(ConvolutionProblem problem, ReadOnlySpan<byte> w, Span<T> filter)
        where T : unmanaged
    {
        using ScratchArray<T> stored = new(filter.Length);
        Elements.Read(w, CudnnTypes.Element(problem.W.Type), 1, stored.Span);
        int window = problem.FilterHeight * problem.FilterWidth;
        int channels = problem.FilterChannels;
        int at = 0;
        for (int k = 0; k < problem.Filters; k++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int t = 0; t < window; t++)
                {
                    int term = problem.IsFlipped ? window - 1 - t : t;
                    filter[at++] = stored.Span[problem.IsNhwcFilter ? (((k * window) + term) * channels) + c : (((k * channels) + c) * window) + term];
                }
            }
        }
    }

    private static void Round<T>(OperandRounding rounding, Span<T> values)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            OperandRoundings.Apply(rounding, MemoryMarshal.Cast<T, float>(values));
        }
    }
}
