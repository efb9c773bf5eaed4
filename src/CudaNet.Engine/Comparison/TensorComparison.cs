using System.Numerics;

namespace CudaNet.Engine;

/// <summary>
/// How one array of values differs from what was expected: the one comparer. Passes only where every |difference| ≤ bound holds, so a NaN on either side fails;
/// an infinite expected value must be met exactly and widens no other's bound.
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

    /// <summary>Row-major index of the worst element, which used most of its bound: the furthest off, unless bounds differ. −1 where there is none.</summary>
    public long WorstIndex { get; private init; } = -1;

    /// <summary>The worst element's value under test.</summary>
    public double WorstActual { get; private init; }

    /// <summary>The worst element's expected value.</summary>
    public double WorstExpected { get; private init; }

    /// <summary>The worst element's absolute difference.</summary>
    public double WorstError { get; private init; }

    /// <summary>The worst element's bound, absolute.</summary>
    public double WorstBound { get; private init; }

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
    public static TensorComparison Compare(TensorShape actualShape, ReadOnlySpan<float> actual, TensorShape expectedShape, ReadOnlySpan<double> expected, Tolerance tolerance) =>
        CompareAny(actualShape, actual, expectedShape, expected, tolerance);

    /// <summary>Compares values in double with expected values in double.</summary>
    public static TensorComparison Compare(TensorShape actualShape, ReadOnlySpan<double> actual, TensorShape expectedShape, ReadOnlySpan<double> expected, Tolerance tolerance) =>
        CompareAny(actualShape, actual, expectedShape, expected, tolerance);

    private static TensorComparison CompareAny<T>(TensorShape actualShape, ReadOnlySpan<T> actual, TensorShape expectedShape, ReadOnlySpan<double> expected, Tolerance tolerance)
        where T : INumberBase<T>
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        if (actualShape != expectedShape || actual.Length != expected.Length)
        {
            return new TensorComparison { Passed = false, ActualShape = actualShape, ExpectedShape = expectedShape, FailedCount = expected.Length };
        }

        double largest = 0, actualSquares = 0, expectedSquares = 0, dot = 0, total = 0, max = 0, most = -1;
        foreach (double value in expected)
        {
            // An infinite value must not make every bound infinite.
            largest = double.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        }

        long failed = 0;
        (int worst, double worstDifference) = (-1, 0);
        for (int i = 0; i < expected.Length; i++)
        {
            double value = double.CreateTruncating(actual[i]);
            double difference = double.IsInfinity(expected[i]) && value == expected[i] ? 0 : Math.Abs(value - expected[i]);
            double allowed = tolerance.Of(expected[i], largest);
            bool isWithin = difference <= allowed;
            failed += isWithin ? 0 : 1;
            // A NaN is worse than anything, and stays the worst.
            double used = difference == 0 ? 0 : double.IsNaN(difference) ? double.NaN : difference / allowed;
            if (!double.IsNaN(most) && (double.IsNaN(used) || used > most || (used == most && difference > worstDifference)))
            {
                (most, worst, worstDifference) = (used, i, difference);
            }

            max = Math.Max(max, difference);
            total += difference;
            dot += value * expected[i];
            actualSquares += value * value;
            expectedSquares += expected[i] * expected[i];
        }

        return new TensorComparison
        {
            Passed = failed == 0,
            ActualShape = actualShape,
            ExpectedShape = expectedShape,
            LargestMagnitude = largest,
            MaxError = max,
            MeanError = expected.Length == 0 ? 0 : total / expected.Length,
            WorstIndex = worst,
            WorstActual = worst < 0 ? 0 : double.CreateTruncating(actual[worst]),
            WorstExpected = worst < 0 ? 0 : expected[worst],
            WorstError = worstDifference,
            WorstBound = worst < 0 ? 0 : tolerance.Of(expected[worst], largest),
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
