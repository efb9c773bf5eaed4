namespace CudaNet.Cli;

/// <summary>Times of many passes in milliseconds, as trtexec states them.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Median">The middle one; of an even number, the mean of the two.</param>
/// <param name="P90">The largest once the 10 % that took longest are left out.</param>
/// <param name="P95">The same with 5 %.</param>
/// <param name="P99">The same with 1 %.</param>
/// <param name="Variation">The standard deviation over the mean; 0 where the mean is 0.</param>
internal sealed record Statistics(double Min, double Max, double Mean, double Median, double P90, double P95, double P99, double Variation)
{
    /// <param name="times">At least one.</param>
    public static Statistics Of(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        double mean = sorted.Average();
        double deviation = Math.Sqrt(sorted.Average(t => (t - mean) * (t - mean)));
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
        return new Statistics(sorted[0], sorted[^1], mean, median, Percentile(90), Percentile(95), Percentile(99), mean == 0 ? 0 : deviation / mean);

        double Percentile(int percent) => sorted[Math.Max(sorted.Length - 1 - ((100 - percent) * sorted.Length / 100), 0)];
    }
}
