using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>Operators that look at one position at a time.</summary>
internal static class ReferenceElementwise
{
    /// <summary>y = (x − mean) / √(variance + epsilon) · weight + bias, per channel.</summary>
    public static void BatchNorm(
        ReadOnlySpan<float> source,      // (N, C, H, W)
        TensorShape shape,
        double epsilon,
        ReadOnlySpan<float> weight,      // (C), as the three below
        ReadOnlySpan<float> bias,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        Span<float> destination)         // (N, C, H, W)
    {
        int plane = shape.Height * shape.Width;
        for (int i = 0; i < source.Length; i++)
        {
            int c = i / plane % shape.Channels;
            destination[i] = (float)(((source[i] - (double)mean[c]) / Math.Sqrt(variance[c] + epsilon) * weight[c]) + bias[c]);
        }
    }

    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> destination)
    {
        for (int i = 0; i < left.Length; i++)
        {
            destination[i] = left[i] + right[i];
        }
    }

    /// <summary>y[n] = x[n] + bias, image by image.</summary>
    public static void Offset(ReadOnlySpan<float> source, ReadOnlySpan<float> bias, Span<float> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = source[i] + bias[i % bias.Length];
        }
    }

    public static void ReLU(ReadOnlySpan<float> source, Span<float> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            // Math.Max gives NaN where an operand is NaN, as torch.relu does.
            destination[i] = Math.Max(source[i], 0f);
        }
    }
}
