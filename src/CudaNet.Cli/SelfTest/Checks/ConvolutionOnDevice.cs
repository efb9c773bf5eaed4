using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli.SelfTest;

/// <summary>Descriptors of a convolution, and the algorithms that cuDNN ranks for it; all of them end with the check.</summary>
internal sealed class ConvolutionOnDevice
{
    private readonly TestDevice _device;
    private readonly ArithmeticPrecision _precision;
    private readonly PaddedInput? _padded;
    private readonly TensorDescriptor _bias;
    private readonly ActivationDescriptor _relu;

    public ConvolutionOnDevice(TestDevice device, ArithmeticPrecision precision, cudnnTensorFormat_t format, TensorShape input, Conv2d op)
    {
        (_device, _precision) = (device, precision);
        CudaContext context = device.Context;
        cudnnDataType_t type = precision.DataType();
        CudnnPadding padding = CudnnPadding.Of(op, input);
        if (padding.NeedsCopy)
        {
            DeviceArena arena = device.Own(new DeviceArena());
            _padded = device.Own(new PaddedInput(context, arena, format, type, input, padding.Copied));
            arena.Allocate(context);
            _padded.Clear(device.Stream);
            input = _padded.Shape;
        }

        TensorDescriptor x = device.Own(new TensorDescriptor(context)).Set(format, type, input.Batch, input.Channels, input.Height, input.Width);
        FilterDescriptor w = device.Own(new FilterDescriptor(context)).Set(format, type, op.OutChannels, op.InChannels / op.Groups, op.KernelHeight, op.KernelWidth);
        ConvolutionDescriptor attributes = device.Own(new ConvolutionDescriptor(context))
            .Set(padding.Descriptor, (op.Stride, op.Stride), (op.Dilation, op.Dilation), op.Groups, cudnnDataType_t.CUDNN_DATA_FLOAT);
        attributes.SetMathType(precision.MathType());
        (int n, int c, int height, int width) = attributes.OutputOf(x, w);
        TensorDescriptor y = device.Own(new TensorDescriptor(context)).Set(format, type, n, c, height, width);
        Convolution = new Convolution(x, w, attributes, y);
        _bias = device.Own(new TensorDescriptor(context)).Set(cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, type, 1, op.OutChannels, 1, 1);
        _relu = device.Own(new ActivationDescriptor(context)).Set(cudnnActivationMode_t.CUDNN_ACTIVATION_RELU);
    }

    public Convolution Convolution { get; }

    /// <summary>Queues what has to be done for the convolution to read it, and returns where.</summary>
    public DeviceAddress Input(DeviceMemory x) => _padded?.Copy(_device.Cudnn, x.Address).Address ?? x.Address;

    /// <summary>By the algorithm ranked first.</summary>
    /// <exception cref="UnsupportedByDeviceException">None can run.</exception>
    public Action Forward(DeviceMemory x, DeviceMemory w, DeviceMemory y)
    {
        ConvolutionAlgorithm best = Runnable()[0];
        DeviceMemory? workspace = Choose(best);
        return () => _device.Cudnn.ConvolutionForward(
            Convolution, best.Algorithm, 1, Input(x), w.Address, workspace?.Address ?? default, workspace?.Bytes ?? 0, 0, y.Address);
    }

    /// <summary>By the first algorithm that does it in one call.</summary>
    /// <exception cref="UnsupportedByDeviceException">None does.</exception>
    public Action ForwardFused(DeviceMemory x, DeviceMemory w, DeviceMemory bias, DeviceMemory? residual, DeviceMemory y)
    {
        ConvolutionAlgorithm[] runnable = Runnable();
        foreach (ConvolutionAlgorithm algorithm in runnable)
        {
            DeviceMemory? workspace = Choose(algorithm);
            bool Queue() => _device.Cudnn.TryConvolutionBiasActivation(
                Convolution, algorithm.Algorithm, Input(x), w.Address, workspace?.Address ?? default, workspace?.Bytes ?? 0,
                residual is null ? 0 : 1, (residual ?? y).Address, _bias, bias.Address, _relu, y.Address);
            if (Queue())
            {
                return () => Queue();
            }
        }

        throw new UnsupportedByDeviceException($"none of {runnable.Length} algorithms runs cudnnConvolutionBiasActivationForward for {Convolution}");
    }

    private ConvolutionAlgorithm[] Runnable()
    {
        ConvolutionAlgorithm[] runnable = [.. _device.Cudnn.RankAlgorithms(Convolution).Where(a => a.CanRun)];
        return runnable.Length > 0 ? runnable : throw new UnsupportedByDeviceException($"cuDNN has no algorithm for {Convolution}");
    }

    /// <summary>Its math type goes with an algorithm; but where fp32 was asked for, nothing else is taken.</summary>
    private DeviceMemory? Choose(ConvolutionAlgorithm algorithm)
    {
        Convolution.Attributes.SetMathType(_precision == ArithmeticPrecision.Float32 ? cudnnMathType_t.CUDNN_FMA_MATH : algorithm.MathType);
        return _device.Workspace(_device.Cudnn.WorkspaceBytes(Convolution, algorithm.Algorithm)
            ?? throw new CudaNetException($"cuDNN ranks {algorithm.Algorithm} for {Convolution}, and does not support it"));
    }
}
