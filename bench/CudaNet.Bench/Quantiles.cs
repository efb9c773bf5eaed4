namespace CudaNet.Bench;

/// <summary>The value below which a share of some values lies.</summary>
internal static class Quantiles
{
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }
}
