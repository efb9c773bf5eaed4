using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>A program that uses the driver and cuDNN through their exported functions, as any program does.</summary>
internal sealed unsafe class LibraryProgram : IDisposable
{
    public const int Version8 = 8907;
    public const int Version9 = 91900;

    public LibraryProgram(EmulatorOptions? options = null)
    {
        Machine = new EmulatedMachine(options);
        Driver = new DriverApi(new NativeExports(Machine.Libraries.Driver));
        Cudnn = new CudnnApi(new NativeExports(Machine.Libraries.Cudnn));
        Ok(Driver.cuInit(0));
        nint context;
        Ok(Driver.cuDevicePrimaryCtxRetain(&context, 0));
        Ok(Driver.cuCtxSetCurrent(context));
        Context = context;
        Stream = NewStream();
        nint handle;
        Ok(Cudnn.cudnnCreate(&handle));
        Handle = handle;
        Ok(Cudnn.cudnnSetStream(Handle, Stream));
    }

    public EmulatedMachine Machine { get; }

    public DriverApi Driver { get; }

    public CudnnApi Cudnn { get; }

    public nint Context { get; }

    public nint Stream { get; }

    public nint Handle { get; }

    public static void Ok(CUresult result) => Assert.Equal(CUDA_SUCCESS, result);

    public static void Ok(cudnnStatus_t status) => Assert.Equal(CUDNN_STATUS_SUCCESS, status);

    public nint Raw(string export)
    {
        nint address = Machine.Libraries.Cudnn.Find(export);
        Assert.NotEqual(0, address);
        return address;
    }

    public nint NewStream()
    {
        nint stream;
        Ok(Driver.cuStreamCreate(&stream, 1));
        return stream;
    }

    public ulong Alloc(long bytes)
    {
        ulong address;
        Ok(Driver.cuMemAlloc_v2(&address, (nuint)bytes));
        return address;
    }

    public ulong Upload(byte[] bytes)
    {
        ulong address = Alloc(bytes.Length);
        fixed (byte* from = bytes)
        {
            Ok(Driver.cuMemcpyHtoD_v2(address, from, (nuint)bytes.Length));
        }

        return address;
    }

    public byte[] Download(ulong address, int bytes)
    {
        Ok(Driver.cuStreamSynchronize(Stream));
        byte[] result = new byte[bytes];
        fixed (byte* to = result)
        {
            Ok(Driver.cuMemcpyDtoH_v2(to, address, (nuint)bytes));
        }

        return result;
    }

    public nint Tensor(cudnnDataType_t type, bool nhwc, params ReadOnlySpan<int> e)
    {
        nint tensor;
        Ok(Cudnn.cudnnCreateTensorDescriptor(&tensor));
        Ok(Cudnn.cudnnSetTensor4dDescriptor(tensor, nhwc ? cudnnTensorFormat_t.CUDNN_TENSOR_NHWC : cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, type, e[0], e[1], e[2], e[3]));
        return tensor;
    }

    public nint Filter(cudnnDataType_t type, bool nhwc, params ReadOnlySpan<int> e)
    {
        nint filter;
        Ok(Cudnn.cudnnCreateFilterDescriptor(&filter));
        Ok(Cudnn.cudnnSetFilter4dDescriptor(filter, type, nhwc ? cudnnTensorFormat_t.CUDNN_TENSOR_NHWC : cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, e[0], e[1], e[2], e[3]));
        return filter;
    }

    public nint Convolution(int pad, int stride, int dilation, int groups, cudnnMathType_t math, cudnnDataType_t compute)
    {
        nint convolution;
        Ok(Cudnn.cudnnCreateConvolutionDescriptor(&convolution));
        Ok(Cudnn.cudnnSetConvolution2dDescriptor(convolution, pad, pad, stride, stride, dilation, dilation, cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION, compute));
        Ok(Cudnn.cudnnSetConvolutionMathType(convolution, math));
        Ok(Cudnn.cudnnSetConvolutionGroupCount(convolution, groups));
        return convolution;
    }

    public nint Activation(cudnnActivationMode_t mode)
    {
        nint activation;
        Ok(Cudnn.cudnnCreateActivationDescriptor(&activation));
        Ok(Cudnn.cudnnSetActivationDescriptor(activation, mode, cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN, 0));
        return activation;
    }

    public void Dispose() => Machine.Dispose();
}
