using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>A 3×3 convolution of 1×8×12×12 with bias and ReLU, through the owners, on a device of a profile. Disposing requires that nothing leaked and nothing was found wrong.</summary>
internal sealed class OwnedConvolution : IDisposable
{
    public const int Channels = 8;
    private const int Side = 12;
    private const int WorkspaceBytes = 1 << 22;

    private readonly List<IDisposable> _owned = [];
    private readonly DeviceMemory _x;
    private readonly DeviceMemory _w;
    private readonly DeviceMemory _bias;
    private readonly DeviceMemory _y;
    private readonly DeviceMemory _workspace;
    private readonly TensorDescriptor _biasDescriptor;
    private readonly ActivationDescriptor _relu;
    private readonly HostTensor _result;

    public OwnedConvolution(EmulatedDeviceProfile profile, cudnnDataType_t type = CUDNN_DATA_FLOAT, bool nhwc = false)
    {
        Machine = new EmulatedMachine(new EmulatorOptions { Devices = [profile] });
        EmulatedLibraries libraries = Machine.Libraries;
        Context = Own(new CudaContext(CudaLibraries.From(libraries.Driver, libraries.Cublas, libraries.CublasLt, libraries.Cudnn).Devices[0]));
        Stream = Own(new CudaStream(Context));
        Cudnn = Own(new CudnnHandle(Stream));
        cudnnTensorFormat_t format = nhwc ? cudnnTensorFormat_t.CUDNN_TENSOR_NHWC : cudnnTensorFormat_t.CUDNN_TENSOR_NCHW;
        ElementType element = type == CUDNN_DATA_HALF ? ElementType.Float16 : type == CUDNN_DATA_BFLOAT16 ? ElementType.BFloat16 : ElementType.Float32;
        TensorDescriptor image = Own(new TensorDescriptor(Context).Set(format, type, 1, Channels, Side, Side));
        _biasDescriptor = Own(new TensorDescriptor(Context).Set(cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, type, 1, Channels, 1, 1));
        _relu = Own(new ActivationDescriptor(Context).Set(cudnnActivationMode_t.CUDNN_ACTIVATION_RELU));
        ConvolutionDescriptor attributes = Own(new ConvolutionDescriptor(Context).Set((1, 1), (1, 1), (1, 1), 1, CUDNN_DATA_FLOAT));
        attributes.SetMathType(cudnnMathType_t.CUDNN_FMA_MATH);
        Convolution = new Convolution(image, Own(new FilterDescriptor(Context).Set(format, type, Channels, Channels, 3, 3)), attributes, image);
        _result = HostTensor.Random(4, element, nhwc, 1, Channels, Side, Side);
        _x = Upload(HostTensor.Random(1, element, nhwc, 1, Channels, Side, Side));
        _w = Upload(HostTensor.Random(2, element, nhwc, Channels, Channels, 3, 3));
        _bias = Upload(HostTensor.Random(3, element, false, 1, Channels, 1, 1));
        _y = Upload(_result);
        _workspace = Own(new DeviceMemory(Context, WorkspaceBytes));
    }

    public EmulatedMachine Machine { get; }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public CudnnHandle Cudnn { get; }

    public Convolution Convolution { get; }

    /// <summary>As a program does it: in one call where that runs, in three where it does not.</summary>
    /// <returns>Whether one call was enough.</returns>
    public bool Run(cudnnConvolutionFwdAlgo_t algorithm = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)
    {
        long bytes = (long)Cudnn.WorkspaceBytes(Convolution, algorithm)!.Value;
        if (Cudnn.TryConvolutionBiasActivation(Convolution, algorithm, _x.Address, _w.Address, _workspace.Address, bytes, 0, _y.Address, _biasDescriptor, _bias.Address, _relu, _y.Address))
        {
            return true;
        }

        Cudnn.ConvolutionForward(Convolution, algorithm, 1, _x.Address, _w.Address, _workspace.Address, bytes, 0, _y.Address);
        Cudnn.Add(_biasDescriptor, _bias.Address, Convolution.Y, _y.Address);
        Cudnn.Activate(_relu, Convolution.Y, _y.Address, Convolution.Y, _y.Address);
        return false;
    }

    public ConvolutionAlgorithm[] Measure(long workspaceBytes) => Cudnn.MeasureAlgorithms(Convolution, _x.Address, _w.Address, _y.Address, _workspace.Slice(0, workspaceBytes));

    public double[] Result()
    {
        byte[] bytes = new byte[_result.Bytes];
        Stream.Download<byte>(_y, bytes);
        return _result.Decode(bytes);
    }

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public DeviceMemory Upload(HostTensor tensor)
    {
        DeviceMemory memory = Own(new DeviceMemory(Context, tensor.Bytes));
        Stream.Upload<byte>(tensor.ToBytes(), memory);
        return memory;
    }

    public void Dispose()
    {
        Stream.Synchronize();
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        Machine.Dispose();
        Assert.Empty(Machine.Leaks);
        Assert.Empty(Machine.Findings);
    }
}
