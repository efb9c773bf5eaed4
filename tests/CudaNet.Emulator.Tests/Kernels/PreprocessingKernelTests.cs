using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class PreprocessingKernelTests
{
    private static readonly Preprocessing Grey = new(8, 8, Interpolation.Bilinear, null, [0.449], [0.226]);

    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Normalised_pixels_equal_the_hosts_in_every_bit_and_padding_is_zero(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach (Preprocessing rule in (ReadOnlySpan<Preprocessing>)[Preprocessing.Timm, Grey])
        {
            foreach (int pixels in (ReadOnlySpan<int>)[1, 2, 255, 256, 1023, 1024, 1025, 33 * 47, 3 * 1024])
            {
                foreach (int pitch in (ReadOnlySpan<int>)[3, 4, 5, 8])
                {
                    Check(device, rule, Pixels(pixels * rule.Mean.Count), pitch, precision);
                }
            }

            device.Clear();
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Whole_images_of_a_batch(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach (int batch in (ReadOnlySpan<int>)[1, 2])
        {
            Check(device, Preprocessing.Timm, Pixels(batch * 224 * 224 * 3), 4, precision);
            Check(device, Preprocessing.Timm, Pixels(batch * 224 * 224 * 3), 8, precision);
        }
    }

    [Fact]
    public void Pixels_may_begin_anywhere()
    {
        using KernelDevice device = new("sm_80");
        Check(device, Preprocessing.Timm, Pixels(3 * 100), 4, StoragePrecision.Float16, sourceMisalignment: 1);
        Check(device, Preprocessing.Timm, Pixels(3 * 100), 4, StoragePrecision.Float16, destinationMisalignment: 2);
    }

    /// <summary>Every byte value occurs in every channel.</summary>
    private static byte[] Pixels(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 7) + (i / 256)))];

    private static void Check(
        KernelDevice device, Preprocessing rule, byte[] pixels, int pitch, StoragePrecision precision, int sourceMisalignment = 0, int destinationMisalignment = 0)
    {
        int channels = rule.Mean.Count;
        int count = pixels.Length / channels;
        float[] expected = new float[count * pitch];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int pixel, int c) = Math.DivRem(i, channels);
            expected[(pixel * pitch) + c] = (float)(((pixels[i] / 255.0) - rule.Mean[c]) / rule.Std[c]);
        }

        expected = StoredValues.Round(expected, precision);
        GuardedBuffer source = device.Upload(pixels, sourceMisalignment);
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            GuardedBuffer destination = device.Reserve(expected.Length, precision, destinationMisalignment);
            device.Kernels.Preprocessing.Normalize(device.Stream, source.Slice, count, new Normalization(rule), pitch, precision, destination.Slice, variant);
            Closeness.AssertSame(expected, destination.Read(precision), $"{variant}, {count} pixels of {channels} channels padded to {pitch}");
        }
    }
}
