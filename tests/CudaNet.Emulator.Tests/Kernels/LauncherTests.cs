using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>What launchers refuse, and in which words.</summary>
public sealed class LauncherTests
{
    [Theory]
    [InlineData(7, 5, "sm_75")]
    [InlineData(8, 0, "sm_80")]
    [InlineData(8, 9, "sm_80")]
    [InlineData(9, 0, "sm_80")]
    [InlineData(12, 0, "sm_80")]
    public void A_device_gets_the_newest_ptx_that_it_can_run(int major, int minor, string level) =>
        Assert.Equal(level, KernelSet.LevelFor(new Version(major, minor), "device 0"));

    [Fact]
    public void An_older_device_is_refused_with_the_capability_that_is_needed()
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => KernelSet.LevelFor(new Version(7, 0), "device 3"));
        Assert.Contains("device 3 has compute capability 7.0; CudaNet's kernels need 7.5", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_that_is_too_small_is_named_with_both_sizes()
    {
        using KernelDevice device = new("sm_80");
        GuardedBuffer small = device.Reserve(10), large = device.Reserve(1000);
        ArgumentException exception = Assert.Throws<ArgumentException>(() =>
            device.Kernels.Softmax.Run(device.Stream, large.Slice, 3, 5, StoragePrecision.Float32, small.Slice));
        Assert.Contains("destination is 40 bytes at", exception.Message, StringComparison.Ordinal);
        Assert.Contains("15 values of 4 bytes need 60", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_that_begins_within_a_value_is_refused()
    {
        using KernelDevice device = new("sm_80");
        GuardedBuffer odd = device.Reserve(100, StoragePrecision.Float16, misalignment: 1), even = device.Reserve(100, StoragePrecision.Float16);
        ArgumentException exception = Assert.Throws<ArgumentException>(() =>
            device.Kernels.Softmax.Run(device.Stream, odd.Slice, 1, 8, StoragePrecision.Float16, even.Slice));
        Assert.Contains("is a multiple of 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_attributes_are_refused()
    {
        using KernelDevice device = new("sm_80");
        GuardedBuffer buffer = device.Reserve(1000);
        TensorShape shape = new(1, 8, 2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Kernels.Layout.ToNhwc(device.Stream, buffer.Slice, shape, 7, StoragePrecision.Float32, buffer.Slice));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            device.Kernels.TopK.Run(device.Stream, buffer.Slice, 1, 5, 6, StoragePrecision.Float32, buffer.Slice, buffer.Slice));
        Assert.Throws<ArgumentException>(() => device.Kernels.Epilogue.Run(
            device.Stream, new EpilogueArguments { Source = buffer.Slice, Scale = buffer.Slice }, shape, StoragePrecision.Float32));
        Assert.Throws<ArgumentException>(() => device.Kernels.Epilogue.Run(
            device.Stream,
            new EpilogueArguments { Source = buffer.Slice, Raw = new StageDestination(buffer.Slice, StoragePrecision.Float16) },
            shape,
            StoragePrecision.BFloat16));
        Assert.Throws<ShapeException>(() => device.Kernels.Pooling.Average(
            device.Stream, buffer.Slice, shape, new AvgPool2d(int.MaxValue, int.MaxValue, int.MaxValue - 1), StoragePrecision.Float32, buffer.Slice));
        Assert.Throws<ShapeException>(() =>
            device.Kernels.Softmax.Run(device.Stream, buffer.Slice, 65536, 1, StoragePrecision.Float32, buffer.Slice));
    }
}
