namespace CudaNet.Engine;

/// <summary>
/// How one array of values differs from what was expected. Passes only where every |difference| ≤ bound holds, so a NaN or an infinity on either side fails.
/// </summary>
public sealed record TensorComparison
{
    private TensorComparison()
    {
    }

    /// <summary>True where the shapes agree and every element is within the bound.</summary>
    public required bool Passed { get; init; }

    /// <summary>Shape of the values under test.</summary>
    public required TensorShape ActualShape { get; init; }

    /// <summary>Shape of the values expected. Where it differs, nothing else is computed.</summary>
    public required TensorShape ExpectedShape { get; init; }

    /// <summary>The largest magnitude of the finite expected values.</summary>
    public double LargestMagnitude { get; private init; }

    /// <summary>The largest absolute difference; NaN where an element is.</summary>
    public double MaxError { get; private init; }

    /// <summary>The mean absolute difference.</summary>
    public double MeanError { get; private init; }

    /// <summary>The largest difference over the largest magnitude: what a <see cref="Tolerance"/> bounds.</summary>
    public double MaxErrorOfLargest => MaxError == 0 ? 0 : MaxError / LargestMagnitude;

    /// <summary>Row-major index of the worst element, −1 where there is none.</summary>
    public long WorstIndex { get; private init; } = -1;

    /// <summary>The worst element's value under test.</summary>
    public double WorstActual { get; private init; }

    /// <summary>The worst element's expected value.</summary>
    public double WorstExpected { get; private init; }

    /// <summary>Elements beyond the bound.</summary>
    public long FailedCount { get; private init; }

    /// <summary>Cosine of the angle between the two as vectors; 1 where both are zero.</summary>
    public double Cosine { get; private init; } = double.NaN;

    /// <summary>Compares fp32 values with fp32 ones.</summary>
    public static TensorComparison Compare(Tensor actual, Tensor expected, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(actual);
        return Compare(actual.Shape, actual.Values, expected, tolerance);
    }

    /// <summary>Compares fp32 values, an observation's for example, with fp32 ones.</summary>
    public static TensorComparison Compare(TensorShape actualShape, ReadOnlySpan<float> actual, Tensor expected, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(expected);
        double[] wide = new double[expected.Values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = expected.Values[i];
        }

        return Compare(actualShape, actual, expected.Shape, wide, tolerance);
    }

    /// <summary>Compares fp32 values with expected values in double.</summary>
    public static TensorComparison Compare(TensorShape actualShape, ReadOnlySpan<float> actual, TensorShape expectedShape, ReadOnlySpan<double> expected, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        if (actualShape != expectedShape || actual.Length != expected.Length)
        {
            return new TensorComparison { Passed = false, ActualShape = actualShape, ExpectedShape = expectedShape, FailedCount = expected.Length };
        }

        double largest = 0, actualSquares = 0, expectedSquares = 0, dot = 0, total = 0, worst = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            // An infinite value must not make every bound infinite: against it no difference is within one.
            largest = double.IsFinite(expected[i]) ? Math.Max(largest, Math.Abs(expected[i])) : largest;
        }

        double bound = tolerance.OfLargest * largest;
        long failed = 0;
        int worstIndex = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(actual[i] - expected[i]);
            failed += difference <= bound ? 0 : 1;
            // A NaN is worse than anything, and stays the worst.
            if (!(difference <= worst) && !double.IsNaN(worst))
            {
                (worst, worstIndex) = (difference, i);
            }

            total += difference;
            dot += actual[i] * expected[i];
            actualSquares += (double)actual[i] * actual[i];
            expectedSquares += expected[i] * expected[i];
        }

        return new TensorComparison
        {
            Passed = failed == 0,
            ActualShape = actualShape,
            ExpectedShape = expectedShape,
            LargestMagnitude = largest,
            MaxError = worstIndex < 0 ? 0 : worst,
            MeanError = expected.Length == 0 ? 0 : total / expected.Length,
            WorstIndex = worstIndex,
            WorstActual = worstIndex < 0 ? 0 : actual[worstIndex],
            WorstExpected = worstIndex < 0 ? 0 : expected[worstIndex],
            FailedCount = failed,
            Cosine = actualSquares == 0 && expectedSquares == 0 ? 1 : dot / Math.Sqrt(actualSquares * expectedSquares),
        };
    }

    /// <summary>One line: the verdict, the largest difference and where it is.</summary>
    public override string ToString() =>
        ActualShape != ExpectedShape
            ? $"shape {ActualShape}, expected {ExpectedShape}"
            : FormattableString.Invariant($"{(Passed ? "within" : "beyond")} tolerance: max {MaxError:g3} ({MaxErrorOfLargest:g3} of the largest magnitude {LargestMagnitude:g4}), ")
              + FormattableString.Invariant($"at {WorstIndex}: {WorstActual:g9}, expected {WorstExpected:g9}; {FailedCount} beyond");
}
