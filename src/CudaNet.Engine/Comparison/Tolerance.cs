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
    ];

    /// <summary>The row of that name.</summary>
    /// <exception cref="CudaNetException">There is none.</exception>
    public static Tolerance For(string name) =>
        Table.FirstOrDefault(t => t.Name == name)
        ?? throw new CudaNetException($"the tolerance table has no row '{name}'") { Hint = $"It has {string.Join(", ", Table.Select(t => t.Name))}." };
}
