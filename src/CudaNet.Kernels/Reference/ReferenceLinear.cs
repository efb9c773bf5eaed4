using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>y[n,o] = bias[o] + Σ x[n,i] · w[o,i].</summary>
internal static class ReferenceLinear
{
    public static void Run(
        ReadOnlySpan<float> source,      // (N, I)
        Linear op,
        ReadOnlySpan<float> weight,      // (O, I)
        ReadOnlySpan<float> bias,        // (O), or empty
        Span<float> destination)         // (N, O)
    {
        for (int index = 0; index < destination.Length; index++)
        {
            (int n, int o) = Math.DivRem(index, op.OutFeatures);
            ReadOnlySpan<float> features = source.Slice(n * op.InFeatures, op.InFeatures);
            ReadOnlySpan<float> row = weight.Slice(o * op.InFeatures, op.InFeatures);
            double sum = bias.IsEmpty ? 0 : bias[o];
            for (int i = 0; i < row.Length; i++)
            {
                sum += (double)features[i] * row[i];
            }

            destination[index] = (float)sum;
        }
    }
}
