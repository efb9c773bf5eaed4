using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class TopKKernelTests
{
    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_best_come_first_in_the_order_that_classification_has(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach ((int rows, int length, int count) in (ReadOnlySpan<(int, int, int)>)
            [(1, 1000, 5), (2, 1000, 5), (1, 1, 1), (3, 5, 5), (33, 33, 2), (2, 130, 10), (2, 8, 8), (1, 2048, 3), (1, 2056, 3)])
        {
            Check(device, KernelShapes.Values("logits", new TensorShape(rows, length), precision), rows, count, precision);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_lowest_index_leads_of_equals_and_NaN_comes_last(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        (float inf, float nan) = (float.PositiveInfinity, float.NaN);
        Check(device, [1, 3, 3, 2, 3, 1, 2, 3], 1, 8, precision);
        Check(device, [nan, -inf, -0f, 0f, inf, nan, 0f, -0f], 1, 8, precision);
        Check(device, [nan, nan, nan, nan, nan, nan, nan, nan], 1, 8, precision);
        Check(device, [-inf, -inf, nan, -inf, -inf, -1, -1, -inf], 1, 8, precision);
    }

    private static void Check(KernelDevice device, float[] logits, int rows, int count, StoragePrecision precision)
    {
        int length = logits.Length / rows;
        int[] expected = [.. logits.Chunk(length).SelectMany(row => Classification.Top(row, count).Select(c => c.Index))];
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            GuardedBuffer values = device.Reserve(rows * count), indices = device.Reserve(rows * count);
            device.Kernels.TopK.Run(device.Stream, device.Upload(logits, precision).Slice, rows, length, count, precision, values.Slice, indices.Slice, variant);
            Assert.Equal(expected, MemoryMarshal.Cast<byte, int>(indices.Read()).ToArray());
            float[] best = [.. expected.Select((index, i) => logits[(i / count * length) + index])];
            Closeness.AssertSame(best, values.Read(StoragePrecision.Float32), $"{variant}, {rows} rows of {length}");
        }

        device.Clear();
    }
}
