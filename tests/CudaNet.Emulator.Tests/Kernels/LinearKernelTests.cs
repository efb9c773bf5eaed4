using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class LinearKernelTests
{
    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_classifier_of_a_network(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (int batch in (ReadOnlySpan<int>)[1, 2])
        {
            Check(device, batch, new Linear(512, 1000), Enum.Parse<StoragePrecision>(precision));
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Odd_numbers_of_inputs_outputs_and_images(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach ((int batch, int inputs, int outputs) in (ReadOnlySpan<(int, int, int)>)
            [(1, 1, 1), (3, 5, 33), (2, 33, 5), (7, 130, 3), (8, 8, 9), (9, 264, 17), (16, 40, 7), (31, 24, 10), (32, 2048, 11), (33, 16, 3)])
        {
            Check(device, batch, new Linear(inputs, outputs), Enum.Parse<StoragePrecision>(precision));
            Check(device, batch, new Linear(inputs, outputs, Bias: false), Enum.Parse<StoragePrecision>(precision));
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_sum_depends_neither_on_the_batch_nor_on_other_images(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        Linear op = new(520, 9);
        float[] values = KernelShapes.Values("features", new TensorShape(19, 520), precision);
        float[] together = Run(device, values, 19, op, precision, StoragePrecision.Float32, KernelVariant.Fastest);
        foreach (int image in (ReadOnlySpan<int>)[0, 7, 8, 18])
        {
            float[] alone = Run(device, values[(image * 520)..((image + 1) * 520)], 1, op, precision, StoragePrecision.Float32, KernelVariant.Fastest);
            Closeness.AssertSame(alone, together.AsSpan(image * 9, 9), $"image {image}");
        }
    }

    [Fact]
    public void Values_may_begin_where_no_piece_of_128_bits_does()
    {
        using KernelDevice device = new("sm_75");
        Check(device, 2, new Linear(64, 10), StoragePrecision.Float16, 2);
        Check(device, 2, new Linear(64, 10), StoragePrecision.Float32, 4);
    }

    private static void Check(KernelDevice device, int batch, Linear op, StoragePrecision precision, int misalignment = 0)
    {
        float[] source = KernelShapes.Values("features", new TensorShape(batch, op.InFeatures), precision);
        float[] expected = new float[batch * op.OutFeatures];
        ReferenceLinear.Run(source, op, Weight(op, precision), op.Bias ? Bias(op) : [], expected);
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            foreach (StoragePrecision stored in ((StoragePrecision[])[precision, StoragePrecision.Float32]).Distinct())
            {
                float[] actual = Run(device, source, batch, op, precision, stored, variant, misalignment);
                Closeness.AssertClose(expected, actual, stored, $"{variant}, {batch} images, {op.Describe()}, {precision} to {stored}");
            }
        }
    }

    private static float[] Run(
        KernelDevice device, float[] source, int batch, Linear op, StoragePrecision precision, StoragePrecision stored, KernelVariant variant, int misalignment = 0)
    {
        GuardedBuffer destination = device.Reserve((long)batch * op.OutFeatures, stored);
        device.Kernels.Linear.Run(
            device.Stream,
            device.Upload(source, precision, misalignment).Slice,
            batch,
            op,
            device.Upload(Weight(op, precision), precision, misalignment).Slice,
            op.Bias ? device.Upload(Bias(op)).Slice : (DeviceSlice?)null,
            precision,
            destination.Slice,
            stored,
            variant);
        float[] sums = destination.Read(stored);
        device.Clear();
        return sums;
    }

    private static float[] Weight(Linear op, StoragePrecision precision) => KernelShapes.Values("weight", new TensorShape(op.OutFeatures, op.InFeatures), precision);

    private static float[] Bias(Linear op) => Formula.Uniform("bias", new TensorShape(op.OutFeatures)).Values.ToArray();
}
