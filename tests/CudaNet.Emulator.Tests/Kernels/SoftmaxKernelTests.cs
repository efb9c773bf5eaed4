using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class SoftmaxKernelTests
{
    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Rows_of_many_lengths_and_spreads(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach ((int rows, int length) in (ReadOnlySpan<(int, int)>)[(1, 1000), (2, 1000), (1, 1), (3, 5), (33, 33), (2, 130), (2, 8), (1, 1024), (1, 2048), (1, 2056)])
        {
            foreach (float spread in (ReadOnlySpan<float>)[0.1f, 8f, 200f])
            {
                float[] logits = StoredValues.Round([.. Formula.Uniform("logits", new TensorShape(rows, length)).Values.ToArray().Select(v => v * spread)], precision);
                Check(device, logits, rows, precision, $"{rows} rows of {length}, spread {spread}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Values_that_are_no_numbers(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        (float inf, float nan) = (float.PositiveInfinity, float.NaN);
        foreach (float[] row in (ReadOnlySpan<float[]>)[[0, nan, 1, 2, 3, 4, 5, 6], [0, inf, 1, 2, 3, 4, 5, 6], [-inf, 1, 2, -inf, 0, 0, 0, 0], [-inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf]])
        {
            Check(device, row, 1, precision, string.Join(", ", row));
        }
    }

    [Fact]
    public void Rows_may_begin_where_no_piece_of_128_bits_does()
    {
        using KernelDevice device = new("sm_75");
        Check(device, KernelShapes.Values("logits", new TensorShape(2, 64), StoragePrecision.Float16), 2, StoragePrecision.Float16, "misaligned", 2);
    }

    private static void Check(KernelDevice device, float[] logits, int rows, StoragePrecision precision, string what, int misalignment = 0)
    {
        int length = logits.Length / rows;
        float[] expected = [.. logits.Chunk(length).SelectMany(Softmax)];
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            GuardedBuffer source = device.Upload(logits, precision, misalignment), destination = device.Reserve(logits.Length, precision);
            device.Kernels.Softmax.Run(device.Stream, source.Slice, rows, length, precision, destination.Slice, variant);
            Closeness.AssertClose(expected, destination.Read(precision), precision, $"{variant}, {what}, {precision}");
        }

        device.Clear();
    }

    private static IEnumerable<float> Softmax(float[] row)
    {
        double largest = row.Max(v => float.IsNaN(v) ? double.NegativeInfinity : v);
        double sum = row.Sum(v => Math.Exp(v - largest));
        return row.Select(v => (float)(Math.Exp(v - largest) / sum));
    }
}
