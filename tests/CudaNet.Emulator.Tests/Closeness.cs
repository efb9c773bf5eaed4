using CudaNet.Engine;
using Xunit;

namespace CudaNet.Emulator.Tests;

/// <summary>How near results must be to the exact ones: rows of the tolerance table, judged by the one comparer.</summary>
internal static class Closeness
{
    /// <summary>One call of an emulated library, its result stored in that precision.</summary>
    public static Tolerance Call(StoragePrecision stored = StoragePrecision.Float32) => Tolerance.For("emulated call").StoredAs(stored);

    /// <summary>The same in double.</summary>
    public static Tolerance Double => Tolerance.For("emulated call fp64");

    /// <summary>The same with sums in half precision.</summary>
    public static Tolerance HalfSums => Tolerance.For("emulated call fp16 sums");

    /// <summary>Nothing is computed.</summary>
    public static Tolerance Exact => Tolerance.For("exact");

    /// <summary>Judges what an emulated library computed; a row for fp32 where none is named.</summary>
    public static void AssertClose(double[] expected, double[] actual, Tolerance? tolerance = null)
    {
        TensorComparison comparison = TensorComparison.Compare(new TensorShape(actual.Length), actual, new TensorShape(expected.Length), expected, tolerance ?? Call());
        Assert.True(comparison.Passed, comparison.ToString());
    }

    /// <summary>Judges what a kernel computed. Where NaN is expected there must be NaN.</summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, StoragePrecision precision, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        (double[] wide, float[] found) = (new double[expected.Length], actual.ToArray());
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = expected[i];
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i]))
            {
                (wide[i], found[i]) = (0, 0);
            }
        }

        TensorShape shape = new(wide.Length);
        TensorComparison comparison = TensorComparison.Compare(shape, found, shape, wide, Tolerance.For("cuda kernel").StoredAs(precision));
        Assert.True(comparison.Passed, $"{what}: {comparison}");
    }

    /// <summary>Equal in every bit; any NaN equals any other.</summary>
    public static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool isSame = BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]) || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]));
            if (!isSame)
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:r}, expected {expected[i]:r}");
            }
        }
    }
}
