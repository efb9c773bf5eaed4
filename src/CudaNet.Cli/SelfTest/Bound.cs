using CudaNet.Engine;

namespace CudaNet.Cli.SelfTest;

/// <summary>How far an element may be from the exact one: a row of the tolerance table, and for kernels one unit in the last place where that is more.</summary>
/// <param name="OfLargest">A fraction of the largest magnitude expected.</param>
/// <param name="Unit">The 16-bit precision whose unit in the last place is allowed; null for none.</param>
internal readonly record struct Bound(double OfLargest, StoragePrecision? Unit = null)
{
    /// <summary>Every bit is as expected.</summary>
    public static Bound Exact => default;

    /// <summary>One hand-written kernel.</summary>
    public static Bound Kernel(StoragePrecision stored) => new(Tolerance.For("cuda kernel").OfLargest, stored == StoragePrecision.Float32 ? null : stored);

    /// <summary>One call of a library.</summary>
    public static Bound Library(BlockPrecision precision) => new(precision.Tolerance().OfLargest);

    /// <summary>For this element, absolute.</summary>
    public double Of(double expected, double largest) =>
        Math.Max(OfLargest * largest, Unit is { } precision && double.IsFinite(expected) ? StoredValues.UnitInTheLastPlace(expected, precision) : 0);

    /// <summary>Judges an array. NaN is within no bound.</summary>
    public Outcome Judge(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        double largest = 0;
        foreach (double value in expected)
        {
            largest = double.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        }

        double scale = largest == 0 ? 1 : largest;
        double most = -1, error = 0, bound = 0;
        (int worst, int beyond) = (0, 0);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            double allowed = Of(expected[i], largest);
            bool isWithin = difference <= allowed;
            beyond += isWithin ? 0 : 1;
            double use = difference == 0 ? 0 : isWithin ? difference / allowed : 1 + (double.IsNaN(difference) ? double.PositiveInfinity : difference);
            if (use > most)
            {
                (most, error, bound, worst) = (use, difference / scale, allowed / scale, i);
            }
        }

        return beyond == 0
            ? new Outcome(Verdict.Ok, error, bound)
            : new Outcome(Verdict.Failed, error, bound, FormattableString.Invariant($"element {worst} is {actual[worst]:g9}, expected {expected[worst]:g9}; {beyond} of {expected.Length} are beyond"));
    }

    /// <inheritdoc cref="Judge(ReadOnlySpan{double}, ReadOnlySpan{float})"/>
    public Outcome Judge(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double[] wide = new double[expected.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = expected[i];
        }

        return Judge(wide, actual);
    }
}
