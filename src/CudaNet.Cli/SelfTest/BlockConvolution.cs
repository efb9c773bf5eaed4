using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli.SelfTest;

/// <summary>A 3×3 convolution by cuDNN, NHWC throughout: its descriptors, the algorithm that cuDNN ranks first, and that algorithm's workspace.</summary>
internal sealed class BlockConvolution : IDisposable
{
    private readonly CudnnHandle _cudnn;
    private readonly OwnedObjects _owned = new();
    private readonly Convolution _convolution;
    private readonly cudnnConvolutionFwdAlgo_t _algorithm;
    private readonly DeviceMemory? _workspace;

    /// <exception cref="CudaNetException">No algorithm runs it, or the device refuses.</exception>
    public BlockConvolution(CudnnHandle cudnn, TensorShape shape, BlockPrecision precision)
    {
        _cudnn = cudnn;
        CudaContext context = cudnn.Context;
        try
        {
            TensorDescriptor image = Own(new TensorDescriptor(context))
                .Set(cudnnTensorFormat_t.CUDNN_TENSOR_NHWC, precision.DataType(), shape.Batch, shape.Channels, shape.Height, shape.Width);
            FilterDescriptor filter = Own(new FilterDescriptor(context))
                .Set(cudnnTensorFormat_t.CUDNN_TENSOR_NHWC, precision.DataType(), shape.Channels, shape.Channels, 3, 3);
            ConvolutionDescriptor attributes = Own(new ConvolutionDescriptor(context)).Set((1, 1), (1, 1), (1, 1), 1, cudnnDataType_t.CUDNN_DATA_FLOAT);
            attributes.SetMathType(precision.MathType());
            _convolution = new Convolution(image, filter, attributes, image);
            ConvolutionAlgorithm[] ranked = [.. cudnn.RankAlgorithms(_convolution).Where(a => a.CanRun)];
            ConvolutionAlgorithm best = ranked.Length > 0 ? ranked[0] : throw new UnsupportedByDeviceException($"cuDNN has no algorithm for {_convolution}");
            _algorithm = best.Algorithm;

            // What is ranked is an algorithm with a math type; but where fp32 was asked for, nothing else is taken.
            attributes.SetMathType(precision == BlockPrecision.Float32 ? cudnnMathType_t.CUDNN_FMA_MATH : best.MathType);
            ulong bytes = cudnn.WorkspaceBytes(_convolution, _algorithm) ?? throw new CudaNetException($"cuDNN ranks {_algorithm} for {_convolution}, and does not support it");
            _workspace = bytes == 0 ? null : Own(new DeviceMemory(context, checked((long)bytes)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>All are NHWC; the weight K×R×S×C.</summary>
    public void Run(DeviceMemory x, DeviceMemory weight, DeviceMemory y) =>
        _cudnn.ConvolutionForward(_convolution, _algorithm, 1, x.Address, weight.Address, _workspace?.Address ?? default, _workspace?.Bytes ?? 0, 0, y.Address);

    public void Dispose() => _owned.Dispose();

    private TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable => _owned.Add(owned);
}
