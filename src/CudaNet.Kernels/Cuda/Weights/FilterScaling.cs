using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// By which power of two each filter is multiplied before it is stored in fp16, so that neither its weights nor its results leave the range from 6e-5, below
/// which precision is lost, to 65,504. Exact; undone by the scale that follows the sums. Most filters need none.
/// </summary>
/// <remarks>
/// How large results get is known from the running statistics of the batch norm that follows (mean and eight standard deviations), and, whatever those say,
/// from the sum of the weights' magnitudes, which inputs of magnitude one can reach.
/// </remarks>
internal static class FilterScaling
{
    private const int StandardDeviations = 8;

    /// <summary>Results reach 2¹², which leaves a factor of 16 to larger inputs; where weights would get too small, 2¹⁴.</summary>
    private const int ComfortableReach = 12, HighestReach = 14;

    /// <summary>Largest weights below it lose more precision than fp16 has.</summary>
    private const int SmallestWeight = -13;

    /// <summary>Results that reach no further lose precision.</summary>
    private const int SmallestReach = -8;

    private const int LargestWeight = 15;

    /// <summary>The exponent of each filter; none where all are 0.</summary>
    /// <param name="weights">(K, …).</param>
    /// <param name="filters">K.</param>
    /// <param name="bias">Added to the sums, or null.</param>
    /// <param name="norm">The batch norm that follows, or null.</param>
    /// <param name="node">The layer.</param>
    /// <exception cref="CudaNetException">No power of two brings both weights and results of a filter into the range.</exception>
    public static int[] Exponents(ReadOnlySpan<float> weights, int filters, ReadOnlySpan<float> bias, LayerParameters? norm, LayerNode node)
    {
        int[] exponents = new int[filters];
        int length = weights.Length / filters;
        for (int k = 0; k < filters; k++)
        {
            (double largest, double sum) = Magnitudes(weights.Slice(k * length, length));
            double reach = Math.Max(sum, Math.Max(bias.IsEmpty ? 0 : Math.Abs(bias[k]), norm is null ? 0 : Reach(norm.RunningMean!.Values[k], norm.RunningVar!.Values[k])));
            double usual = norm is null ? sum : Reach(norm.RunningMean!.Values[k], norm.RunningVar!.Values[k]);
            exponents[k] = largest == 0 || !double.IsFinite(reach) ? 0
                : Exponent(Math.ILogB(largest), Math.ILogB(reach), Math.ILogB(Math.Max(usual, float.Epsilon)))
                ?? throw Refusal(node, k, largest, reach);
        }

        return Array.TrueForAll(exponents, e => e == 0) ? [] : exponents;
    }

    /// <summary>The exponent that brings the largest weight of a row to 1 where fp16 would lose it. Its sums are fp32.</summary>
    public static int[] RowExponents(ReadOnlySpan<float> weights, int rows)
    {
        int[] exponents = new int[rows];
        int length = weights.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            (double largest, _) = Magnitudes(weights.Slice(row * length, length));
            int magnitude = largest == 0 || !double.IsFinite(largest) ? 0 : Math.ILogB(largest);
            exponents[row] = magnitude is >= SmallestWeight and < LargestWeight ? 0 : -magnitude;
        }

        return Array.TrueForAll(exponents, e => e == 0) ? [] : exponents;
    }

    private static int? Exponent(int weight, int reach, int usual)
    {
        if (weight is >= SmallestWeight and < LargestWeight && reach < ComfortableReach && usual >= SmallestReach)
        {
            return 0;
        }

        int exponent = ComfortableReach - 1 - Math.Max(reach, weight);
        int needed = SmallestWeight - weight;
        return exponent >= needed ? exponent : needed + Math.Max(reach, weight) < HighestReach ? needed : null;
    }

    private static (double Largest, double Sum) Magnitudes(ReadOnlySpan<float> values)
    {
        double largest = 0, sum = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
            sum += Math.Abs(value);
        }

        return (largest, sum);
    }

    private static double Reach(float mean, float variance) =>
        float.IsFinite(mean) && float.IsFinite(variance) && variance >= 0 ? Math.Abs(mean) + (StandardDeviations * Math.Sqrt(variance)) : 0;

    private static CudaNetException Refusal(LayerNode node, int filter, double largest, double reach) =>
        new(FormattableString.Invariant($"layer '{node}', filter {filter}: weights of at most {largest:g3} with results up to {reach:g3} are more than fp16 can hold at once"))
        {
            Layer = node.Name,
            Hint = $"{nameof(ArithmeticPrecision.BFloat16)} and {nameof(ArithmeticPrecision.TensorFloat32)} have fp32's range, {nameof(ArithmeticPrecision.Float32)} its precision too.",
        };
}
