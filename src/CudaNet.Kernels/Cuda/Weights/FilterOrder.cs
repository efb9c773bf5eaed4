namespace CudaNet.Kernels.Cuda;

/// <summary>Filters as a file has them, (K, C, R, S), in the order that NHWC convolutions read.</summary>
internal static class FilterOrder
{
    /// <summary>(K, R, S, pitch): zeros behind the channels, and each filter times a power of two.</summary>
    /// <param name="weights">(K, C, R, S).</param>
    /// <param name="filters">K.</param>
    /// <param name="channels">C, those of a group.</param>
    /// <param name="pitch">Channels of a pixel in the result.</param>
    /// <param name="exponents">One a filter, or none.</param>
    public static float[] ToNhwc(ReadOnlySpan<float> weights, int filters, int channels, int pitch, ReadOnlySpan<int> exponents)
    {
        int window = weights.Length / filters / channels;
        float[] ordered = new float[checked(filters * window * pitch)];
        for (int k = 0; k < filters; k++)
        {
            ReadOnlySpan<float> filter = weights.Slice(k * channels * window, channels * window);
            Span<float> to = ordered.AsSpan(k * window * pitch, window * pitch);
            int exponent = exponents.IsEmpty ? 0 : exponents[k];
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < window; i++)
                {
                    float weight = filter[(c * window) + i];
                    to[(i * pitch) + c] = exponent == 0 ? weight : MathF.ScaleB(weight, exponent);
                }
            }
        }

        return ordered;
    }
}
