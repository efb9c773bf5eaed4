using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>Judges what a check computed, under a row of the tolerance table.</summary>
internal readonly record struct Bound(Tolerance Tolerance)
{
    /// <summary>Every value is as expected.</summary>
    public static Bound Exact => new(Tolerance.For("exact"));

    /// <summary>One hand-written kernel.</summary>
    public static Bound Kernel(StoragePrecision stored) => new(Tolerance.For("cuda kernel").StoredAs(stored));

    /// <summary>One call of a library.</summary>
    public static Bound Library(ArithmeticPrecision precision) => new(precision.Tolerance());

    /// <summary>Judges an array. NaN is within no bound.</summary>
    public Outcome Judge(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        TensorComparison comparison = TensorComparison.Compare(new TensorShape(actual.Length), actual, new TensorShape(expected.Length), expected, Tolerance);
        if (comparison.ActualShape != comparison.ExpectedShape)
        {
            return Outcome.Without(Verdict.Failed, comparison.ToString());
        }

        double scale = comparison.LargestMagnitude == 0 ? 1 : comparison.LargestMagnitude;
        (double error, double bound) = (comparison.WorstError / scale, comparison.WorstBound / scale);
        return comparison.Passed
            ? new Outcome(Verdict.Ok, error, bound)
            : new Outcome(
                Verdict.Failed, error, bound,
                FormattableString.Invariant($"element {comparison.WorstIndex} is {comparison.WorstActual:g9}, expected {comparison.WorstExpected:g9}; {comparison.FailedCount} of {expected.Length} are beyond"));
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
