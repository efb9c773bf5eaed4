using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Kernels.Reference;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Cli.SelfTest;

/// <summary>cuDNN's calls on tensors: pooling, activation, softmax, addition, transformation.</summary>
internal static class TensorCallChecks
{
    private static readonly ArithmeticPrecision[] Precisions = [ArithmeticPrecision.Float32, ArithmeticPrecision.Float16, ArithmeticPrecision.BFloat16];

    public static IEnumerable<Check> All() =>
        from shape in (TensorShape[])[new(1, 64, 28, 28), new(2, 33, 7, 9)]
        from call in ((string Name, Func<TestDevice, TensorShape, ArithmeticPrecision, Outcome> Run)[])
            [("max-pool 3×3/2", MaxPool), ("global average pool", AveragePool), ("ReLU", Activate), ("softmax", Softmax), ("add", Add), ("transform NCHW → NHWC", Transform)]
        from precision in Precisions
        select new Check($"cuDNN {call.Name}", precision.ShortName(), $"{shape}", device => call.Run(device, shape, precision));

    private static Outcome MaxPool(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        MaxPool2d op = new(3, 2, 1);
        TensorShape to = op.InferShape([shape]);
        float[] x = Values(1, shape, precision), expected = new float[to.ElementCount];
        ReferencePooling.Max(x, shape, op, expected, to);
        PoolingDescriptor pooling = device.Own(new PoolingDescriptor(device.Context)).Set(cudnnPoolingMode_t.CUDNN_POOLING_MAX_DETERMINISTIC, (3, 3), (1, 1), (2, 2));
        return Pool(device, pooling, x, shape, expected, to, precision);
    }

    private static Outcome AveragePool(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        TensorShape to = new(shape.Batch, shape.Channels, 1, 1);
        float[] x = Values(1, shape, precision), expected = new float[to.ElementCount];
        ReferencePooling.GlobalAverage(x, shape, expected);
        PoolingDescriptor pooling = device.Own(new PoolingDescriptor(device.Context))
            .Set(cudnnPoolingMode_t.CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING, (shape.Height, shape.Width), (0, 0), (1, 1));
        return Pool(device, pooling, x, shape, expected, to, precision);
    }

    private static Outcome Pool(TestDevice device, PoolingDescriptor pooling, float[] x, TensorShape from, float[] expected, TensorShape to, ArithmeticPrecision precision)
    {
        DeviceMemory source = device.Upload(StoredValues.ToNhwc(x, from), precision.Storage()), y = device.Reserve(to.ElementCount, precision.Storage());
        TensorDescriptor xDescriptor = Describe(device, CUDNN_TENSOR_NHWC, from, precision), yDescriptor = Describe(device, CUDNN_TENSOR_NHWC, to, precision);
        device.Run(() => device.Cudnn.Pool(pooling, xDescriptor, source.Address, yDescriptor, y.Address));
        return Judge(device, StoredValues.ToNhwc(expected, to), y, precision);
    }

    private static Outcome Activate(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        float[] x = Values(1, shape, precision), expected = new float[x.Length];
        ReferenceElementwise.ReLU(x, expected);
        DeviceMemory source = device.Upload(x, precision.Storage()), y = device.Reserve(x.Length, precision.Storage());
        TensorDescriptor descriptor = Describe(device, CUDNN_TENSOR_NHWC, shape, precision);
        ActivationDescriptor relu = device.Own(new ActivationDescriptor(device.Context)).Set(cudnnActivationMode_t.CUDNN_ACTIVATION_RELU);
        device.Run(() => device.Cudnn.Activate(relu, descriptor, source.Address, descriptor, y.Address));
        return Judge(device, expected, y, precision);
    }

    /// <summary>Over the channels of each pixel.</summary>
    private static Outcome Softmax(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        float[] x = Values(1, shape, precision);
        double[] expected = [.. x.Chunk(shape.Channels).SelectMany(Rows.Softmax)];
        DeviceMemory source = device.Upload(x, precision.Storage()), y = device.Reserve(x.Length, precision.Storage());
        TensorDescriptor descriptor = Describe(device, CUDNN_TENSOR_NHWC, shape, precision);
        device.Run(() => device.Cudnn.Softmax(cudnnSoftmaxMode_t.CUDNN_SOFTMAX_MODE_CHANNEL, descriptor, source.Address, descriptor, y.Address));
        return Bound.Library(precision).Judge(expected, device.Read(y, precision.Storage()));
    }

    /// <summary>A constant for each channel.</summary>
    private static Outcome Add(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        TensorShape constants = new(1, shape.Channels, 1, 1);
        float[] x = Values(1, constants, precision), before = Values(2, shape, precision);
        float[] expected = [.. before.Select((v, i) => v + x[i % shape.Channels])];
        DeviceMemory source = device.Upload(x, precision.Storage()), y = device.Upload(before, precision.Storage());
        TensorDescriptor xDescriptor = Describe(device, CUDNN_TENSOR_NHWC, constants, precision), yDescriptor = Describe(device, CUDNN_TENSOR_NHWC, shape, precision);
        device.Run(() => device.Cudnn.Add(xDescriptor, source.Address, yDescriptor, y.Address));
        return Judge(device, expected, y, precision);
    }

    private static Outcome Transform(TestDevice device, TensorShape shape, ArithmeticPrecision precision)
    {
        float[] x = Values(1, shape, precision);
        DeviceMemory source = device.Upload(x, precision.Storage()), y = device.Reserve(x.Length, precision.Storage());
        TensorDescriptor xDescriptor = Describe(device, CUDNN_TENSOR_NCHW, shape, precision), yDescriptor = Describe(device, CUDNN_TENSOR_NHWC, shape, precision);
        device.Run(() => device.Cudnn.Transform(xDescriptor, source.Address, yDescriptor, y.Address));
        return Bound.Exact.Judge(StoredValues.ToNhwc(x, shape), device.Read(y, precision.Storage()));
    }

    private static Outcome Judge(TestDevice device, float[] expected, DeviceMemory y, ArithmeticPrecision precision) =>
        Bound.Library(precision).Judge(expected, device.Read(y, precision.Storage()));

    private static float[] Values(int seed, TensorShape shape, ArithmeticPrecision precision) => StoredValues.Uniform(seed, shape.ElementCount, precision.Storage());

    private static TensorDescriptor Describe(TestDevice device, cudnnTensorFormat_t format, TensorShape shape, ArithmeticPrecision precision) =>
        device.Own(new TensorDescriptor(device.Context)).Set(format, precision.DataType(), shape.Batch, shape.Channels, shape.Height, shape.Width);
}
