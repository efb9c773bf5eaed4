using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>Pooling over windows and over whole planes.</summary>
internal static class ReferencePooling
{
    /// <summary>The largest element of each window; elements outside the image do not count, a NaN inside wins.</summary>
    public static void Max(ReadOnlySpan<float> source, TensorShape from, MaxPool2d op, Span<float> destination, TensorShape to) =>
        EachWindow(source, from, op, destination, to, (values, window) =>
        {
            float largest = float.NegativeInfinity;
            for (int y = window.Top; y < window.Bottom; y++)
            {
                for (int x = window.Left; x < window.Right; x++)
                {
                    largest = Math.Max(largest, values[(y * from.Width) + x]);
                }
            }

            return largest;
        });

    /// <summary>The sum of each window over the number of its elements, or of its elements inside the image.</summary>
    public static void Average(ReadOnlySpan<float> source, TensorShape from, AvgPool2d op, Span<float> destination, TensorShape to) =>
        EachWindow(source, from, op, destination, to, (values, window) =>
        {
            double sum = 0;
            for (int y = window.Top; y < window.Bottom; y++)
            {
                for (int x = window.Left; x < window.Right; x++)
                {
                    sum += values[(y * from.Width) + x];
                }
            }

            double inside = (double)(window.Bottom - window.Top) * (window.Right - window.Left);
            return (float)(sum / (op.CountIncludePad ? window.PaddedElements : inside));
        });

    /// <summary>The mean of each plane.</summary>
    public static void GlobalAverage(ReadOnlySpan<float> source, TensorShape from, Span<float> destination)
    {
        int plane = from.Height * from.Width;
        for (int i = 0; i < destination.Length; i++)
        {
            double sum = 0;
            foreach (float value in source.Slice(i * plane, plane))
            {
                sum += value;
            }

            destination[i] = (float)(sum / plane);
        }
    }

    private static void EachWindow(
        ReadOnlySpan<float> source, TensorShape from, WindowPool op, Span<float> destination, TensorShape to, Func<ReadOnlySpan<float>, Window, float> reduce)
    {
        int plane = from.Height * from.Width;
        int index = 0;
        for (int image = 0; image < to.Batch * to.Channels; image++)
        {
            ReadOnlySpan<float> values = source.Slice(image * plane, plane);
            for (int oy = 0; oy < to.Height; oy++)
            {
                for (int ox = 0; ox < to.Width; ox++)
                {
                    destination[index++] = reduce(values, Window.At(oy, ox, op, from));
                }
            }
        }
    }

    /// <summary>What a window sees of the image, and how many elements of the padded image it covers.</summary>
    private readonly record struct Window(int Top, int Bottom, int Left, int Right, double PaddedElements)
    {
        public static Window At(int oy, int ox, WindowPool op, TensorShape from)
        {
            (long top, long bottom) = Cut(oy, op, op.Padding.Top, from.Height + (long)op.Padding.Bottom);
            (long left, long right) = Cut(ox, op, op.Padding.Left, from.Width + (long)op.Padding.Right);
            return new Window(
                (int)Math.Max(top, 0),
                (int)Math.Min(bottom, from.Height),
                (int)Math.Max(left, 0),
                (int)Math.Min(right, from.Width),
                (double)(bottom - top) * (right - left));
        }

        /// <summary>Where the window begins, and where it or the padded image ends.</summary>
        private static (long First, long End) Cut(int position, WindowPool op, int before, long paddedEnd)
        {
            long first = ((long)position * op.Stride) - before;
            return (first, Math.Min(first + op.Kernel, paddedEnd));
        }
    }
}
