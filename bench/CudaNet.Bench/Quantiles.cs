namespace CudaNet.Bench;

/// <summary>The value below which a share of some values lies, between neighbours in proportion.</summary>
internal static class Quantiles
{
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        double next = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (next - sorted[below]));
    }

    public static double Median(IEnumerable<double> values) => Of(values, 0.5);
}
