using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// By which power of two each filter is multiplied before it is stored in fp16, so that neither its weights nor its results leave the range from 6e-5, below
/// which precision is lost, to 65,504. Exact; undone by the scale that follows the sums. Most filters need none.
/// </summary>
/// <remarks>
/// How large results get is known from the running statistics of the batch norm that follows (mean and eight standard deviations), and, whatever those say,
/// from the sum of the weights' magnitudes, which inputs of magnitude one can reach. Statistics that ask for a factor at which the weights would vanish are not
/// believed: no input of fp16 reaches them.
/// </remarks>
internal static class FilterScaling
{
    private const int StandardDeviations = 8;

    /// <summary>Results that reach 2¹² leave a factor of 16 to larger inputs; they are brought below it.</summary>
    private const int LargestReach = 12;

    /// <summary>Results that reach no further lose precision; they are brought to 2⁴, which leaves a factor of thousands.</summary>
    private const int SmallestReach = -8, RaisedReach = 4;

    /// <summary>Largest weights below it lose more precision than fp16 has; without statistics they are raised no further than to 2⁻⁸.</summary>
    private const int SmallestWeight = -13, RaisedWeight = -8;

    private const int LargestWeight = 15;

    /// <summary>Beyond it the factor, or what undoes it, is not fp32's.</summary>
    private const int LargestExponent = 120;

    /// <summary>The exponent of each filter; none where all are 0.</summary>
    /// <param name="weights">(K, …).</param>
    /// <param name="filters">K.</param>
    /// <param name="bias">Added to the sums, or none.</param>
    /// <param name="norm">The batch norm that follows, or null.</param>
    public static int[] Exponents(ReadOnlySpan<float> weights, int filters, ReadOnlySpan<float> bias, LayerParameters? norm)
    {
        int[] exponents = new int[filters];
        int length = weights.Length / filters;
        for (int k = 0; k < filters; k++)
        {
            (double largest, double sum) = Magnitudes(weights.Slice(k * length, length));
            double usual = norm is null ? double.NaN : Reach(norm.RunningMean!.Values[k], norm.RunningVar!.Values[k]);
            double added = bias.IsEmpty ? 0 : Math.Abs(bias[k]);
            exponents[k] = largest == 0 || !double.IsFinite(sum + added) ? 0 : Exponent(largest, sum, usual, added);
        }

        return Array.TrueForAll(exponents, e => e == 0) ? [] : exponents;
    }

    /// <summary>The exponent that raises or lowers the largest weight of a row into the range, and not further: sums may be stored in fp16 too.</summary>
    public static int[] RowExponents(ReadOnlySpan<float> weights, int rows)
    {
        int[] exponents = new int[rows];
        int length = weights.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            (double largest, _) = Magnitudes(weights.Slice(row * length, length));
            int magnitude = largest == 0 || !double.IsFinite(largest) ? 0 : Math.ILogB(largest);
            exponents[row] = magnitude >= LargestWeight ? LargestWeight - 1 - magnitude : magnitude < SmallestWeight ? RaisedWeight - magnitude : 0;
        }

        return Array.TrueForAll(exponents, e => e == 0) ? [] : exponents;
    }

    /// <param name="largest">Weight.</param>
    /// <param name="sum">Of the weights' magnitudes.</param>
    /// <param name="usual">How far results reach by the statistics; NaN where there are none.</param>
    /// <param name="added">To the sums.</param>
    private static int Exponent(double largest, double sum, double usual, double added)
    {
        (int weight, double reach) = (Math.ILogB(largest), Math.Max(sum, double.IsNaN(usual) ? 0 : usual));
        int exponent = weight >= LargestWeight || Math.ILogB(Math.Max(reach, added)) >= LargestReach ? Math.Max(LargestReach - 1 - Math.ILogB(Math.Max(reach, added)), SmallestWeight - weight)
            : usual < Math.ScaleB(1, SmallestReach) ? RaisedReach - Math.ILogB(reach)
            : weight < SmallestWeight ? double.IsNaN(usual) ? RaisedWeight - weight : SmallestWeight - weight
            : 0;
        return Math.Clamp(added == 0 ? exponent : Math.Min(exponent, LargestWeight - 1 - Math.ILogB(added)), -LargestExponent, LargestExponent);
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
}
