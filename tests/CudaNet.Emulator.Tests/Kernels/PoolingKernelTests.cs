using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class PoolingKernelTests
{
    private static readonly MaxPool2d Stem = new(3, 2, 1);

    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Max_pool_on_the_shape_of_a_network(string level, string precision)
    {
        using KernelDevice device = new(level);
        CheckMax(device, new TensorShape(1, 64, 112, 112), Stem, Enum.Parse<StoragePrecision>(precision), KernelDevice.Variants);
        CheckMax(device, new TensorShape(2, 64, 112, 112), Stem, Enum.Parse<StoragePrecision>(precision), [KernelVariant.Fastest]);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Max_pool_on_odd_shapes_and_with_other_windows(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (TensorShape shape in KernelShapes.Odd)
        {
            CheckMax(device, shape, Stem, Enum.Parse<StoragePrecision>(precision), KernelDevice.Variants);
        }

        TensorShape image = new(2, 16, 9, 11);
        foreach (MaxPool2d op in (ReadOnlySpan<MaxPool2d>)[new(1, 1), new(2, 2), new(2, 1, 1), new(3, 1, 1), new(3, 2), new(5, 3, 2)])
        {
            CheckMax(device, image, op, Enum.Parse<StoragePrecision>(precision), [KernelVariant.Fastest]);
        }
    }

    /// <summary>Padding by side, ceil mode, and which elements count: against PyTorch's numbers in fp32, against the reference where values are rounded first.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void Pools_of_the_catalogue(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach (OperatorCase tested in OperatorCatalogue.Cases.Where(c => c.Op is WindowPool && c.IsRecorded))
        {
            (TensorShape shape, TensorShape to) = (tested.Input, tested.Output);
            float[] nchw = KernelShapes.Values("x", shape, precision);
            float[] pooled = precision == StoragePrecision.Float32 ? [.. RecordedOperators.Values(tested).Select(v => (float)v)] : Reference((WindowPool)tested.Op, nchw, shape, to);
            float[] expected = KernelShapes.ToNhwc(pooled, to);
            GuardedBuffer source = device.Upload(KernelShapes.ToNhwc(nchw, shape), precision);
            foreach (KernelVariant variant in KernelDevice.Variants)
            {
                GuardedBuffer destination = device.Reserve(to.ElementCount, precision);
                Launch(device, (WindowPool)tested.Op, shape, precision, source.Slice, destination.Slice, variant);
                Closeness.AssertClose(expected, destination.Read(precision), precision, $"{tested}, {variant}, {precision}");
            }

            device.Clear();
        }
    }

    /// <summary>Values below zero: whatever stood in the padding but −∞ would win, and whatever but nothing would count.</summary>
    [Fact]
    public void Elements_outside_the_image_neither_win_nor_count()
    {
        using KernelDevice device = new("sm_80");
        TensorShape shape = new(1, 8, 2, 2);
        GuardedBuffer source = device.Upload(Enumerable.Repeat(-4f, 32).ToArray()), destination = device.Reserve(8);
        Padding padding = new(1, 0, 0, 1);
        foreach ((WindowPool op, float expected) in (ReadOnlySpan<(WindowPool, float)>)[
            (new MaxPool2d(3, 3, padding), -4), (new AvgPool2d(3, 3, padding), -16f / 9), (new AvgPool2d(3, 3, padding, CountIncludePad: false), -4)])
        {
            foreach (KernelVariant variant in KernelDevice.Variants)
            {
                Launch(device, op, shape, StoragePrecision.Float32, source.Slice, destination.Slice, variant);
                Closeness.AssertClose(Enumerable.Repeat(expected, 8).ToArray(), destination.Read(StoragePrecision.Float32), StoragePrecision.Float32, $"{op}, {variant}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void NaN_wins_every_window_that_holds_it_and_zeros_keep_their_sign_as_in_the_reference(string level, string precision)
    {
        using KernelDevice device = new(level);
        TensorShape shape = new(1, 8, 9, 10);
        float[] values = KernelShapes.Values("pool", shape, Enum.Parse<StoragePrecision>(precision));
        (values[5], values[95], values[300]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        values.AsSpan(400, 90).Fill(-0f);
        (values[430], values[431]) = (0f, float.NaN);
        values.AsSpan(540, 90).Fill(float.NegativeInfinity);
        CheckMax(device, shape, Stem, Enum.Parse<StoragePrecision>(precision), KernelDevice.Variants, values);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Global_average_pool_on_the_shapes_of_a_network_and_odd_ones(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (TensorShape shape in KernelShapes.All)
        {
            CheckAverage(device, shape, Enum.Parse<StoragePrecision>(precision));
        }
    }

    [Fact]
    public void An_average_depends_on_its_own_image_only()
    {
        using KernelDevice device = new("sm_80");
        TensorShape two = new(2, 72, 7, 7), one = new(1, 72, 7, 7);
        float[] values = KernelShapes.ToNhwc(KernelShapes.Values("average", two, StoragePrecision.Float32), two);
        float[] alone = Average(device, values[(values.Length / 2)..], one, StoragePrecision.Float32, KernelVariant.Fastest);
        Closeness.AssertSame(alone, Average(device, values, two, StoragePrecision.Float32, KernelVariant.Fastest).AsSpan(72), "the second image");
    }

    [Fact]
    public void Values_may_begin_where_no_piece_of_128_bits_does()
    {
        using KernelDevice device = new("sm_75");
        TensorShape shape = new(2, 16, 6, 5);
        CheckMax(device, shape, Stem, StoragePrecision.Float16, [KernelVariant.Fastest], null, 2, 0);
        CheckMax(device, shape, Stem, StoragePrecision.Float16, [KernelVariant.Fastest], null, 0, 2);
        CheckAverage(device, shape, StoragePrecision.Float16, 2);
    }

    private static float[] Reference(WindowPool op, float[] nchw, TensorShape shape, TensorShape to)
    {
        float[] pooled = new float[to.ElementCount];
        if (op is MaxPool2d max)
        {
            ReferencePooling.Max(nchw, shape, max, pooled, to);
        }
        else
        {
            ReferencePooling.Average(nchw, shape, Assert.IsType<AvgPool2d>(op), pooled, to);
        }

        return pooled;
    }

    private static void Launch(
        KernelDevice device, WindowPool op, TensorShape shape, StoragePrecision precision, DeviceSlice source, DeviceSlice destination, KernelVariant variant)
    {
        if (op is MaxPool2d max)
        {
            device.Kernels.Pooling.Max(device.Stream, source, shape, max, precision, destination, variant);
        }
        else
        {
            device.Kernels.Pooling.Average(device.Stream, source, shape, Assert.IsType<AvgPool2d>(op), precision, destination, variant);
        }
    }

    private static void CheckMax(
        KernelDevice device, TensorShape shape, MaxPool2d op, StoragePrecision precision, ReadOnlySpan<KernelVariant> variants, float[]? nchw = null,
        int sourceMisalignment = 0, int destinationMisalignment = 0)
    {
        nchw ??= KernelShapes.Values("pool", shape, precision);
        TensorShape to = op.InferShape([shape]);
        float[] expected = KernelShapes.ToNhwc(Reference(op, nchw, shape, to), to);
        GuardedBuffer source = device.Upload(KernelShapes.ToNhwc(nchw, shape), precision, sourceMisalignment);
        foreach (KernelVariant variant in variants)
        {
            GuardedBuffer destination = device.Reserve(to.ElementCount, precision, destinationMisalignment);
            device.Kernels.Pooling.Max(device.Stream, source.Slice, shape, op, precision, destination.Slice, variant);
            Closeness.AssertSame(expected, destination.Read(precision), $"{op.Describe()}, {variant}, {shape}, {precision}");
        }

        device.Clear();
    }

    private static void CheckAverage(KernelDevice device, TensorShape shape, StoragePrecision precision, int misalignment = 0)
    {
        float[] nchw = KernelShapes.Values("average", shape, precision);
        float[] expected = new float[shape.Batch * shape.Channels];
        ReferencePooling.GlobalAverage(nchw, shape, expected);
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            float[] actual = Average(device, KernelShapes.ToNhwc(nchw, shape), shape, precision, variant, misalignment);
            Closeness.AssertClose(expected, actual, precision, $"{variant}, {shape}, {precision}");
        }
    }

    private static float[] Average(
        KernelDevice device, float[] nhwc, TensorShape shape, StoragePrecision precision, KernelVariant variant, int misalignment = 0)
    {
        GuardedBuffer source = device.Upload(nhwc, precision, misalignment);
        GuardedBuffer destination = device.Reserve((long)shape.Batch * shape.Channels, precision);
        device.Kernels.Pooling.GlobalAverage(device.Stream, source.Slice, shape, precision, destination.Slice, variant);
        float[] means = destination.Read(precision);
        device.Clear();
        return means;
    }
}
