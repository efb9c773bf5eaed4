using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class LayoutKernelTests
{
    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Both_ways_on_the_shapes_of_a_network(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (int batch in (ReadOnlySpan<int>)[1, 2])
        {
            foreach (TensorShape shape in KernelShapes.Stages(batch))
            {
                Check(device, shape, shape.Channels, Enum.Parse<StoragePrecision>(precision));
            }

            foreach (int pitch in (ReadOnlySpan<int>)[3, 4, 8])
            {
                Check(device, new TensorShape(batch, 3, 224, 224), pitch, Enum.Parse<StoragePrecision>(precision));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Both_ways_on_odd_shapes_with_and_without_padded_channels(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (TensorShape shape in KernelShapes.Odd)
        {
            Check(device, shape, shape.Channels, Enum.Parse<StoragePrecision>(precision));
            Check(device, shape, (shape.Channels + 8) / 8 * 8, Enum.Parse<StoragePrecision>(precision));
        }
    }

    [Fact]
    public void Values_may_begin_where_no_piece_of_128_bits_does()
    {
        using KernelDevice device = new("sm_75");
        foreach (TensorShape shape in (ReadOnlySpan<TensorShape>)[new(2, 64, 8, 8), new(2, 64, 7, 7), new(1, 64, 14, 14)])
        {
            Check(device, shape, 64, StoragePrecision.Float16, nchwMisalignment: 4);
            Check(device, shape, 64, StoragePrecision.Float16, nhwcMisalignment: 2);
        }
    }

    [Theory]
    [InlineData(3, 224 * 224, 8, "Thin")]
    [InlineData(64, 56 * 56, 64, "Tile128")]
    [InlineData(256, 14 * 14, 256, "Plane")]
    [InlineData(512, 7 * 7, 512, "Plane")]
    [InlineData(33, 7 * 7, 33, "Tile")]
    [InlineData(130, 33 * 47, 136, "Tile")]
    public void The_kernel_follows_from_the_shape(int channels, int plane, int pitch, string expected)
    {
        using KernelDevice device = new("sm_80");
        TensorShape shape = new(1, channels, 1, plane);
        GuardedBuffer nchw = device.Reserve(shape.ElementCount);
        GuardedBuffer nhwc = device.Reserve((long)plane * pitch, StoragePrecision.Float16);
        Assert.Equal(expected, new LayoutMove(shape, pitch, StoragePrecision.Float16, nchw.Slice, nhwc.Slice, KernelVariant.Fastest).Kernel.ToString());
    }

    private static void Check(
        KernelDevice device, TensorShape shape, int pitch, StoragePrecision precision, int nchwMisalignment = 0, int nhwcMisalignment = 0)
    {
        float[] values = KernelShapes.Values("layout", shape, precision);
        float[] expected = KernelShapes.ToNhwc(values, shape, pitch);
        GuardedBuffer source = device.Upload(values, StoragePrecision.Float32, nchwMisalignment);
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            string what = $"{variant}, {shape}, pitch {pitch}, {precision}";
            GuardedBuffer pixels = device.Reserve(expected.Length, precision, nhwcMisalignment);
            device.Kernels.Layout.ToNhwc(device.Stream, source.Slice, shape, pitch, precision, pixels.Slice, variant);
            Closeness.AssertSame(expected, pixels.Read(precision), $"to NHWC, {what}");
            GuardedBuffer back = device.Reserve(values.Length, StoragePrecision.Float32, nchwMisalignment);
            device.Kernels.Layout.ToNchw(device.Stream, pixels.Slice, shape, pitch, precision, back.Slice, variant);
            Closeness.AssertSame(values, back.Read(StoragePrecision.Float32), $"to NCHW, {what}");
        }

        device.Clear();
    }
}
