namespace CudaNet.Engine;

/// <summary>One row of the tolerance table: how far a value may be from the exact one.</summary>
/// <param name="Name">What it applies to: a backend's name and precision.</param>
/// <param name="OfLargest">The bound, as a fraction of the largest magnitude of the expected values.</param>
/// <param name="Reason">Why this much and not less, in words.</param>
public sealed record Tolerance(string Name, double OfLargest, string Reason)
{
    /// <summary>The 16-bit precision in which values are stored, whose unit in the last place is allowed where that is more; null for none.</summary>
    public StoragePrecision? Stored { get; private init; }

    /// <summary>The whole table; <c>docs/numerics.md</c> shows it, and a test holds the two together. No other tolerance exists in the project.</summary>
    public static IReadOnlyList<Tolerance> Table { get; } =
    [
        new("reference", 1e-6, "every value is a sum in double rounded once to fp32; rounding between the layers of a ResNet-18 adds up to 2.6e-7"),
        new("cpu", 5e-6, "fp32 sums: plain sequential ones were simulated at 3.1e-6 through a whole ResNet-18; the chunked ones in use measure below 1e-6, Winograd's below 2e-6"),
        new("cuda kernel", 1e-6, "one hand-written kernel, exact values and fp32 sums of at most thousands; in 16-bit storage one unit in the last place where that is more"),
        new("cuda fp32", 5e-6, "fp32 sums in an order of the library's choice; one residual block on the emulated device measures below 1e-6"),
        new("cuda tf32", 3e-3, "factors are rounded to 10 bits of mantissa, as fp16 values are: each product is off by up to 1e-3, a sum of hundreds by less, and a network rounds some twenty times in a row"),
        new("cuda fp16", 3e-3, "every stored value is rounded to 10 bits of mantissa, several times in a row"),
        new("cuda bf16", 3e-2, "every stored value is rounded to 7 bits of mantissa, several times in a row"),
        new("emulated call", 1e-6, "one call of the emulated cuDNN or cuBLAS: exact products, fp32 sums; in 16-bit storage one unit in the last place where that is more"),
        new("emulated call fp16 sums", 1e-2, "every partial sum is rounded to 10 bits of mantissa, tens of times in a row"),
        new("emulated call fp64", 1e-14, "sums in double of at most hundreds of products"),
        new("exact", 0, "nothing is computed: values are copied, chosen, or rounded once"),
    ];

    /// <summary>The same for values that were rounded to a precision of storage at the end.</summary>
    public Tolerance StoredAs(StoragePrecision precision) => this with { Stored = precision == StoragePrecision.Float32 ? null : precision };

    /// <summary>How far one value may be from the exact one.</summary>
    /// <param name="expected">The exact value. An infinite one must be met: 0.</param>
    /// <param name="largest">The largest magnitude of the finite expected values.</param>
    public double Of(double expected, double largest) =>
        !double.IsFinite(expected) ? 0 : Stored is { } precision ? Math.Max(OfLargest * largest, precision.UnitInTheLastPlace(expected)) : OfLargest * largest;

    /// <summary>The row of that name.</summary>
    /// <exception cref="CudaNetException">There is none.</exception>
    public static Tolerance For(string name) =>
        Table.FirstOrDefault(t => t.Name == name)
        ?? throw new CudaNetException($"the tolerance table has no row '{name}'") { Hint = $"It has {string.Join(", ", Table.Select(t => t.Name))}." };
}
