namespace CudaNet.Kernels.Reference;

/// <summary>y[n,c] = exp(x[n,c] − m[n]) / Σ exp(x[n,·] − m[n]), m[n] being the row's largest value.</summary>
internal static class ReferenceSoftmax
{
    public static void Run(
        ReadOnlySpan<float> source,      // (N, C)
        int channels,
        Span<float> destination)         // (N, C)
    {
        for (int start = 0; start < source.Length; start += channels)
        {
            // Math.Max gives NaN where an operand is NaN, and then all the row is.
            ReadOnlySpan<float> row = source.Slice(start, channels);
            double largest = double.NegativeInfinity, sum = 0;
            foreach (float value in row)
            {
                largest = Math.Max(largest, value);
            }

            foreach (float value in row)
            {
                sum += Math.Exp(value - largest);
            }

            for (int c = 0; c < channels; c++)
            {
                destination[start + c] = (float)(Math.Exp(row[c] - largest) / sum);
            }
        }
    }
}
