using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>How near a kernel's results must be to the exact ones: 1e-6 of the largest magnitude, or one unit in the last place of a 16-bit precision.</summary>
internal static class Closeness
{
    private const double OfLargest = 1e-6;

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, StoragePrecision precision, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        foreach (float value in expected)
        {
            largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs((double)value)) : largest;
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = largest * OfLargest;
            if (precision != StoragePrecision.Float32 && float.IsFinite(expected[i]))
            {
                allowed = Math.Max(allowed, StoredValues.UnitInTheLastPlace(expected[i], precision));
            }

            bool isClose = float.IsFinite(expected[i]) ? Math.Abs((double)expected[i] - actual[i]) <= allowed : expected[i].Equals(actual[i]);
            if (!isClose)
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:r}, expected {expected[i]:r} within {allowed:g3}");
            }
        }
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
