using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>The kernels on feature maps: the epilogue with all its stages, the pools.</summary>
internal static class MapKernelChecks
{
    private const double Epsilon = 1e-5;

    public static IEnumerable<Check> All() =>
    [
        .. Of("epilogue, all stages", Epilogue, new TensorShape(1, 128, 28, 28)),
        .. Of("epilogue, all stages", Epilogue, KernelCases.Odd),
        .. Of("max-pool 3×3/2", MaxPool, new TensorShape(1, 64, 112, 112)),
        .. Of("max-pool 3×3/2", MaxPool, KernelCases.Odd),
        .. Of("max-pool 3×3/2, padding by side", MaxPoolBySide, KernelCases.Odd),
        .. Of("average pool 2×2/2", AveragePool, new TensorShape(1, 256, 28, 28)),
        .. Of("average pool 2×2/2", AveragePool, KernelCases.Odd),
        .. Of("global average", GlobalAverage, new TensorShape(1, 512, 7, 7)),
        .. Of("global average", GlobalAverage, KernelCases.Odd),
    ];

    private static IEnumerable<Check> Of(string kernel, Func<TestDevice, TensorShape, StoragePrecision, KernelVariant, Outcome> run, TensorShape shape) =>
        KernelCases.Of(kernel, $"{shape}", (device, precision, variant) => run(device, shape, precision, variant));

    private static Outcome Epilogue(TestDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant)
    {
        float[] source = StoredValues.Uniform(1, shape.ElementCount, precision), residual = StoredValues.Uniform(2, shape.ElementCount, precision);
        float[][] constants = [.. Enumerable.Range(3, 4).Select(seed => StoredValues.Uniform(seed, shape.Channels))];
        (float[] weight, float[] bias, float[] mean, float[] variance) = (constants[0], constants[1], constants[2], [.. constants[3].Select(v => 1.5f + (v / 2))]);
        ScaleAndShift affine = new(Epsilon, weight, bias, mean, variance);

        // One "image" of pixels × channels: the reference sees NHWC as its own layout.
        TensorShape pixels = new((int)(shape.ElementCount / shape.Channels), shape.Channels, 1, 1);
        (float[] norm, float[] sum, float[] activation) = (new float[source.Length], new float[source.Length], new float[source.Length]);
        ReferenceElementwise.BatchNorm(source, pixels, Epsilon, weight, bias, mean, variance, norm);
        ReferenceElementwise.Add(norm, residual, sum);
        ReferenceElementwise.ReLU(sum, activation);

        // The sum goes out in fp32, as an observer gets it, the others as they are stored.
        StageDestination[] stages = [.. Enumerable.Range(0, 4).Select(i => i == 2 ? StoragePrecision.Float32 : precision).Select(p => new StageDestination(device.Reserve(shape.ElementCount, p), p))];
        EpilogueArguments arguments = new()
        {
            Source = device.Upload(source, precision),
            Residual = device.Upload(residual, precision),
            Scale = device.Upload(affine.Scale),
            Shift = device.Upload(affine.Shift),
            Relu = true,
            Raw = stages[0],
            Normalized = stages[1],
            Sum = stages[2],
            Activation = stages[3],
        };
        device.Run(() => device.Kernels.Epilogue.Run(device.Stream, arguments, shape, precision, variant));
        float[][] expected = [source, norm, sum, activation];
        return Outcome.Worst([.. stages.Select((s, i) => Bound.Kernel(s.Precision).Judge(expected[i], device.Read(s.Memory.Memory, s.Precision)))]);
    }

    private static Outcome MaxPool(TestDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant) =>
        MaxPool(device, shape, new MaxPool2d(3, 2, 1), precision, variant);

    private static Outcome MaxPoolBySide(TestDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant) =>
        MaxPool(device, shape, new MaxPool2d(3, 2, new Padding(0, 1, 2, 0), CeilMode: true), precision, variant);

    private static Outcome MaxPool(TestDevice device, TensorShape shape, MaxPool2d op, StoragePrecision precision, KernelVariant variant) => Pool(
        device, shape, op, precision, Bound.Exact,
        (values, pooled, to) => ReferencePooling.Max(values, shape, op, pooled, to),
        (source, destination) => device.Kernels.Pooling.Max(device.Stream, source, shape, op, precision, destination, variant));

    private static Outcome AveragePool(TestDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant)
    {
        AvgPool2d op = new(2, 2, CeilMode: true);
        return Pool(
            device, shape, op, precision, Bound.Kernel(precision),
            (values, pooled, to) => ReferencePooling.Average(values, shape, op, pooled, to),
            (source, destination) => device.Kernels.Pooling.Average(device.Stream, source, shape, op, precision, destination, variant));
    }

    private static Outcome Pool(
        TestDevice device, TensorShape shape, WindowPool op, StoragePrecision precision, Bound bound, Action<float[], float[], TensorShape> reference, Action<DeviceMemory, DeviceMemory> launch)
    {
        TensorShape to = op.InferShape([shape]);
        float[] values = StoredValues.Uniform(1, shape.ElementCount, precision), pooled = new float[to.ElementCount];
        reference(values, pooled, to);
        DeviceMemory source = device.Upload(StoredValues.ToNhwc(values, shape), precision), destination = device.Reserve(pooled.Length, precision);
        device.Run(() => launch(source, destination));
        return bound.Judge(StoredValues.ToNhwc(pooled, to), device.Read(destination, precision));
    }

    private static Outcome GlobalAverage(TestDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant)
    {
        float[] values = StoredValues.Uniform(1, shape.ElementCount, precision), means = new float[shape.Batch * shape.Channels];
        ReferencePooling.GlobalAverage(values, shape, means);
        DeviceMemory source = device.Upload(StoredValues.ToNhwc(values, shape), precision), destination = device.Reserve(means.Length, precision);
        device.Run(() => device.Kernels.Pooling.GlobalAverage(device.Stream, source, shape, precision, destination, variant));
        return Bound.Kernel(precision).Judge(means, device.Read(destination, precision));
    }
}
