using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>Pooling over windows and over whole planes.</summary>
internal static class ReferencePooling
{
    /// <summary>The largest element of each window; elements outside the image do not count, a NaN inside wins.</summary>
    public static void Max(ReadOnlySpan<float> source, TensorShape from, MaxPool2d op, Span<float> destination, TensorShape to)
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
                    destination[index++] = Largest(values, from, op, oy, ox);
                }
            }
        }
    }

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

    private static float Largest(ReadOnlySpan<float> values, TensorShape from, MaxPool2d op, int oy, int ox)
    {
        float largest = float.NegativeInfinity;
        for (int i = 0; i < op.Kernel; i++)
        {
            for (int j = 0; j < op.Kernel; j++)
            {
                int y = (oy * op.Stride) + i - op.Padding;
                int x = (ox * op.Stride) + j - op.Padding;
                if ((uint)y < (uint)from.Height && (uint)x < (uint)from.Width)
                {
                    largest = Math.Max(largest, values[(y * from.Width) + x]);
                }
            }
        }

        return largest;
    }
}
