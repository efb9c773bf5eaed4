namespace CudaNet.Engine;

/// <summary>One row of the tolerance table: how far a value may be from the exact one.</summary>
/// <param name="Name">What it applies to: a backend's name and precision.</param>
/// <param name="OfLargest">The bound, as a fraction of the largest magnitude of the expected values.</param>
/// <param name="Reason">Why this much and not less, in words.</param>
public sealed record Tolerance(string Name, double OfLargest, string Reason)
{
    /// <summary>The whole table; <c>docs/numerics.md</c> shows it, and a test holds the two together. No other tolerance exists in the project.</summary>
    public static IReadOnlyList<Tolerance> Table { get; } =
    [
        new("reference", 1e-6, "every value is a sum in double rounded once to fp32; rounding between the layers of a ResNet-18 adds up to 2.6e-7"),
        new("cpu", 5e-6, "fp32 sums: plain sequential ones were simulated at 3.1e-6 through a whole ResNet-18; the chunked ones in use measure below 1e-6"),
        new("cuda kernel", 1e-6, "one hand-written kernel, exact values and fp32 sums of at most thousands; in 16-bit storage one unit in the last place where that is more"),
        new("cuda fp32", 5e-6, "fp32 sums in an order of the library's choice; one residual block on the emulated device measures below 1e-6"),
        new("cuda tf32", 1e-3, "factors rounded to 10 bits of mantissa: each product is off by up to 1e-3, a sum of hundreds by far less"),
        new("cuda fp16", 3e-3, "every stored value is rounded to 10 bits of mantissa, several times in a row"),
        new("cuda bf16", 3e-2, "every stored value is rounded to 7 bits of mantissa, several times in a row"),
    ];

    /// <summary>The row of that name.</summary>
    /// <exception cref="CudaNetException">There is none.</exception>
    public static Tolerance For(string name) =>
        Table.FirstOrDefault(t => t.Name == name)
        ?? throw new CudaNetException($"the tolerance table has no row '{name}'") { Hint = $"It has {string.Join(", ", Table.Select(t => t.Name))}." };
}
