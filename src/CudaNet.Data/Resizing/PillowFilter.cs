namespace CudaNet.Data;

/// <summary>A resampling filter: its weight at a distance in pixels, 0 beyond its support.</summary>
internal sealed record PillowFilter(double Support, Func<double, double> Weight)
{
    /// <summary>A triangle.</summary>
    public static PillowFilter Bilinear { get; } = new(1, static distance => Math.Max(1 - Math.Abs(distance), 0));

    /// <summary>The cubic convolution of Keys with a = −0.5.</summary>
    public static PillowFilter Bicubic { get; } = new(2, static distance =>
    {
        const double A = -0.5;
        double x = Math.Abs(distance);
        return x switch
        {
            < 1 => ((((A + 2) * x) - (A + 3)) * x * x) + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * A,
            _ => 0,
        };
    });
}
