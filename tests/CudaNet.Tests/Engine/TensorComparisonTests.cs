using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>The judge of every numeric test must itself be able to say no.</summary>
public sealed class TensorComparisonTests
{
    private static readonly Tolerance Tenth = new("test", 0.1, "round numbers");

    [Theory]
    [InlineData(new[] { 1f, 2f, -10f }, new[] { 1f, 2f, -10f }, true)]
    [InlineData(new[] { 1f, 2.9f, -10f }, new[] { 1f, 2f, -10f }, true)]
    [InlineData(new[] { 1f, 3.1f, -10f }, new[] { 1f, 2f, -10f }, false)]
    [InlineData(new[] { 0f, 0f }, new[] { 0f, 0f }, true)]
    [InlineData(new[] { 0f, 1e-30f }, new[] { 0f, 0f }, false)]
    [InlineData(new[] { float.NaN, 2f }, new[] { 1f, 2f }, false)]
    [InlineData(new[] { 1f, 2f }, new[] { float.NaN, 2f }, false)]
    [InlineData(new[] { float.NaN }, new[] { float.NaN }, false)]
    [InlineData(new[] { 5f, 100f, -3f }, new[] { float.PositiveInfinity, 1f, 2f }, false)]
    [InlineData(new[] { float.PositiveInfinity, 1f }, new[] { 3f, 1f }, false)]
    [InlineData(new[] { float.PositiveInfinity, 1f }, new[] { float.PositiveInfinity, 1f }, true)]
    [InlineData(new[] { float.NegativeInfinity, 1f }, new[] { float.PositiveInfinity, 1f }, false)]
    [InlineData(new[] { float.MaxValue, 1f }, new[] { float.PositiveInfinity, 1f }, false)]
    [InlineData(new[] { float.PositiveInfinity, 1.2f }, new[] { float.PositiveInfinity, 1f }, false)]
    public void Passes_only_within_the_bound(float[] actual, float[] expected, bool passes)
    {
        TensorComparison comparison = TensorComparison.Compare(Vector(actual), Vector(expected), Tenth);
        Assert.Equal(passes, comparison.Passed);
        Assert.Equal(passes, comparison.FailedCount == 0);
        TensorShape shape = new(actual.Length);
        Assert.Equal(comparison, TensorComparison.Compare(shape, (double[])[.. actual.Select(v => (double)v)], shape, [.. expected.Select(v => (double)v)], Tenth));
    }

    [Fact]
    public void Another_shape_fails_without_a_look_at_the_values() =>
        Assert.False(TensorComparison.Compare(Vector([1, 2]), new Tensor(new TensorShape(2, 1), new float[] { 1, 2 }), Tenth).Passed);

    [Fact]
    public void Names_the_worst_element()
    {
        TensorComparison comparison = TensorComparison.Compare(Vector([1, 5, 4]), Vector([1, 2, 3]), Tenth);
        Assert.Equal((1, 5, 2, 3, 2), (comparison.WorstIndex, comparison.WorstActual, comparison.WorstExpected, comparison.MaxError, comparison.FailedCount));
        Assert.Equal(4.0 / 3, comparison.MeanError, 12);
        Assert.Equal((1 + 10 + 12) / Math.Sqrt(42.0 * 14), comparison.Cosine, 12);
    }

    /// <summary>The last element is the furthest off in units of its own; the first, whose unit is larger, in absolute terms.</summary>
    [Fact]
    public void Values_that_were_stored_may_be_off_by_a_unit_of_their_own_magnitude()
    {
        Tolerance half = new Tolerance("test", 0, "units alone").StoredAs(StoragePrecision.Float16);
        TensorComparison within = TensorComparison.Compare(Vector([4 + (3f / 1024), 1 + (1f / 1024)]), Vector([4, 1]), half);
        Assert.Equal((true, 1, 1.0 / 1024, 1.0 / 1024, 3.0 / 1024), (within.Passed, within.WorstIndex, within.WorstError, within.WorstBound, within.MaxError));
        Assert.Equal(1, TensorComparison.Compare(Vector([4, 1 + (1.5f / 1024)]), Vector([4, 1]), half).FailedCount);
    }

    private static Tensor Vector(float[] values) => new(new TensorShape(values.Length), values);
}
