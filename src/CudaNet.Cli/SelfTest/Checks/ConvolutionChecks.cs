using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>cuDNN's forward convolution, its fused form with bias, residual and ReLU, and its measurement of algorithms.</summary>
internal static class ConvolutionChecks
{
    private static readonly (TensorShape Input, Conv2d Op)[] Cases =
    [
        (new(1, 64, 28, 28), new Conv2d(64, 64, 3, 3, Padding: 1)),
        (new(1, 64, 56, 56), new Conv2d(64, 128, 1, 1, Stride: 2)),
        (new(2, 5, 9, 7), new Conv2d(5, 33, 3, 3, Stride: 2, Padding: 1)),
        (new(1, 8, 10, 8), new Conv2d(8, 16, 3, 3, Stride: 2, Padding: new Padding(0, 0, 1, 1))),
        (new(2, 16, 6, 9), new Conv2d(16, 8, 2, 4, Padding: new Padding(1, 2, 0, 1))),
    ];

    /// <summary>What follows the convolution in one call.</summary>
    private enum Fused
    {
        Nothing,
        BiasRelu,
        BiasResidualRelu,
    }

    public static IEnumerable<Check> All() =>
        from precision in Enum.GetValues<ArithmeticPrecision>()
        from format in precision == ArithmeticPrecision.Float32 ? (cudnnTensorFormat_t[])[cudnnTensorFormat_t.CUDNN_TENSOR_NHWC, cudnnTensorFormat_t.CUDNN_TENSOR_NCHW] : [cudnnTensorFormat_t.CUDNN_TENSOR_NHWC]
        from c in Cases
        from check in Of(precision, format, c.Input, c.Op)
        select check;

    private static IEnumerable<Check> Of(ArithmeticPrecision precision, cudnnTensorFormat_t format, TensorShape input, Conv2d op)
    {
        string order = format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC ? "NHWC" : "NCHW";
        string shape = $"{input}, {op.Describe()}, {order}";
        yield return new Check("cuDNN convolution", precision.ShortName(), shape, device => Convolve(device, precision, format, input, op, Fused.Nothing));
        yield return new Check("cuDNN convolution + bias + ReLU", precision.ShortName(), shape, device => Convolve(device, precision, format, input, op, Fused.BiasRelu));
        yield return new Check("cuDNN convolution + bias + residual + ReLU", precision.ShortName(), shape, device => Convolve(device, precision, format, input, op, Fused.BiasResidualRelu));
        if (format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC && op.KernelHeight == 3)
        {
            yield return new Check("cuDNN algorithms, measured", precision.ShortName(), shape, device => MeasureAlgorithms(device, precision, format, input, op));
        }
    }

    private static Outcome Convolve(TestDevice device, ArithmeticPrecision precision, cudnnTensorFormat_t format, TensorShape input, Conv2d op, Fused fused)
    {
        StoragePrecision storage = precision.Storage();
        TensorShape output = op.InferShape([input]);
        TensorShape filter = new(op.OutChannels, op.InChannels / op.Groups, op.KernelHeight, op.KernelWidth);
        float[] x = StoredValues.Uniform(1, input.ElementCount, storage), w = StoredValues.Uniform(2, filter.ElementCount, storage);
        float[] bias = StoredValues.Uniform(3, op.OutChannels, storage), z = StoredValues.Uniform(4, output.ElementCount, storage);
        float[] expected = new float[output.ElementCount];
        ReferenceConvolution.Run(x, input, op, w, fused == Fused.Nothing ? [] : bias, expected, output, new double[output.Width]);
        for (int i = 0; i < expected.Length && fused != Fused.Nothing; i++)
        {
            expected[i] = Math.Max(0, expected[i] + (fused == Fused.BiasResidualRelu ? z[i] : 0));
        }

        float[] Ordered(float[] nchw, TensorShape shape) => format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC ? StoredValues.ToNhwc(nchw, shape) : nchw;
        ConvolutionOnDevice convolution = new(device, precision, format, input, op);
        DeviceMemory image = device.Upload(Ordered(x, input), storage), weight = device.Upload(Ordered(w, filter), storage), y = device.Reserve(output.ElementCount, storage);
        if (fused == Fused.Nothing)
        {
            device.Run(convolution.Forward(image, weight, y));
        }
        else
        {
            DeviceMemory? residual = fused == Fused.BiasResidualRelu ? device.Upload(Ordered(z, output), storage) : null;
            device.Run(convolution.ForwardFused(image, weight, device.Upload(bias, storage), residual, y));
        }

        return Bound.Library(precision).Judge(Ordered(expected, output), device.Read(y, storage));
    }

    private static Outcome MeasureAlgorithms(TestDevice device, ArithmeticPrecision precision, cudnnTensorFormat_t format, TensorShape input, Conv2d op)
    {
        const long WorkspaceBytes = 32 << 20;
        StoragePrecision storage = precision.Storage();
        ConvolutionOnDevice convolution = new(device, precision, format, input, op);
        DeviceMemory x = device.Upload(StoredValues.Uniform(1, input.ElementCount, storage), storage);
        DeviceMemory w = device.Upload(StoredValues.Uniform(2, op.OutChannels * op.InChannels * op.KernelHeight * op.KernelWidth, storage), storage);
        DeviceMemory y = device.Reserve(op.InferShape([input]).ElementCount, storage);
        DeviceMemory workspace = device.Own(new DeviceMemory(device.Context, WorkspaceBytes));
        device.Stream.Synchronize();
        ConvolutionAlgorithm[] measured = device.Cudnn.MeasureAlgorithms(convolution.Convolution, convolution.Input(x), w.Address, y.Address, workspace);
        return Outcome.Expect(measured.Any(a => a.CanRun), $"none of {measured.Length} algorithms could run");
    }
}
