using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>A program that convolves 1×2×4×4 ones with 2×2×3×3 ones by cuDNN, padded by one: eight in the corners, twelve at the edges, eighteen inside.</summary>
internal sealed unsafe class ConvolutionProgram : IDisposable
{
    private const cudnnDataType_t Float = cudnnDataType_t.CUDNN_DATA_FLOAT;
    private const cudnnTensorFormat_t Nchw = cudnnTensorFormat_t.CUDNN_TENSOR_NCHW;
    private const int Elements = 32;
    private const int MostAlgorithms = 10;
    private const int TextBytes = 512;

    public ConvolutionProgram(EmulatorOptions? options = null)
    {
        Device = new DeviceProgram(options: options);
        Cudnn = new CudnnApi(new NativeExports(Device.Machine.Libraries.Cudnn));
        Stream = Device.Stream();
        nint made;
        Ok(Cudnn.cudnnCreate(&made));
        Handle = made;
        Ok(Cudnn.cudnnSetStream(Handle, Stream));
        X = Tensor(Nchw, 2, 4, 4);
        Y = Tensor(Nchw, 2, 4, 4);
        Bias = Tensor(Nchw, 2, 1, 1);
        Ok(Cudnn.cudnnCreateFilterDescriptor(&made));
        W = made;
        Ok(Cudnn.cudnnSetFilter4dDescriptor(W, Float, Nchw, 2, 2, 3, 3));
        Ok(Cudnn.cudnnCreateConvolutionDescriptor(&made));
        Convolution = made;
        Ok(Cudnn.cudnnSetConvolution2dDescriptor(Convolution, 1, 1, 1, 1, 1, 1, cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION, Float));
        Ok(Cudnn.cudnnSetConvolutionMathType(Convolution, cudnnMathType_t.CUDNN_FMA_MATH));
        XData = Device.Upload(Ones(Elements));
        WData = Device.Upload(Ones(36));
        YData = Device.Allocate(Elements);
        BiasData = Device.Upload(Ones(2));
    }

    /// <summary>What y holds after the convolution.</summary>
    public static float[] Expected { get; } = [.. Enumerable.Range(0, Elements).Select(i => (IsBorder(i % 4), IsBorder(i / 4 % 4)) switch
    {
        (true, true) => 8f,
        (false, false) => 18f,
        _ => 12f,
    })];

    public DeviceProgram Device { get; }

    public CudnnApi Cudnn { get; }

    public nint Stream { get; }

    public nint Handle { get; }

    public nint X { get; set; }

    public nint Y { get; set; }

    public nint W { get; }

    public nint Bias { get; }

    public nint Convolution { get; }

    public ulong XData { get; }

    public ulong WData { get; }

    public ulong YData { get; set; }

    public ulong BiasData { get; }

    public void Dispose() => Device.Dispose();

    public void Ok(cudnnStatus_t status) =>
        Assert.True(status == cudnnStatus_t.CUDNN_STATUS_SUCCESS, $"{status}; findings: {string.Join("; ", Device.Findings)}");

    public nint Tensor(cudnnTensorFormat_t format, int channels, int height, int width)
    {
        nint made;
        Ok(Cudnn.cudnnCreateTensorDescriptor(&made));
        Ok(Cudnn.cudnnSetTensor4dDescriptor(made, format, Float, 1, channels, height, width));
        return made;
    }

    /// <summary>An algorithm that needs a workspace, and how much.</summary>
    public (cudnnConvolutionFwdAlgo_t Algorithm, nuint Bytes) AlgorithmWithWorkspace()
    {
        foreach (cudnnConvolutionFwdAlgo_t algorithm in Enum.GetValues<cudnnConvolutionFwdAlgo_t>())
        {
            nuint bytes;
            if (Cudnn.cudnnGetConvolutionForwardWorkspaceSize(Handle, X, W, Convolution, Y, algorithm, &bytes) == cudnnStatus_t.CUDNN_STATUS_SUCCESS && bytes > 256)
            {
                return (algorithm, bytes);
            }
        }

        throw new InvalidOperationException("no algorithm needs a workspace");
    }

    public cudnnStatus_t Convolve(cudnnConvolutionFwdAlgo_t algorithm = default, ulong workspace = 0, nuint bytes = 0, nint? handle = null, nint? y = null)
    {
        float one = 1, zero = 0;
        return Cudnn.cudnnConvolutionForward(
            handle ?? Handle, &one, X, (void*)XData, W, (void*)WData, Convolution, algorithm, (void*)workspace, bytes, &zero, y ?? Y, (void*)YData);
    }

    public cudnnStatus_t Fused(cudnnConvolutionFwdAlgo_t algorithm, cudnnActivationMode_t mode, ulong workspace = 0, nuint bytes = 0)
    {
        float one = 1, zero = 0;
        nint activation;
        Ok(Cudnn.cudnnCreateActivationDescriptor(&activation));
        Ok(Cudnn.cudnnSetActivationDescriptor(activation, mode, cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN, 0));
        return Cudnn.cudnnConvolutionBiasActivationForward(
            Handle, &one, X, (void*)XData, W, (void*)WData, Convolution, algorithm, (void*)workspace, bytes, &zero, Y, (void*)YData, Bias, (void*)BiasData,
            activation, Y, (void*)YData);
    }

    /// <summary>Tries all algorithms, which runs what the stream has queued.</summary>
    public cudnnStatus_t FindAlgorithms()
    {
        int count;
        cudnnConvolutionFwdAlgoPerf_t* found = stackalloc cudnnConvolutionFwdAlgoPerf_t[MostAlgorithms];
        return Cudnn.cudnnFindConvolutionForwardAlgorithmEx(
            Handle, X, (void*)XData, W, (void*)WData, Convolution, Y, (void*)YData, MostAlgorithms, &count, found, null, 0);
    }

    /// <summary>What cuDNN 9 says of the last failure.</summary>
    public string LastError()
    {
        byte* text = stackalloc byte[TextBytes];
        Cudnn.cudnnGetLastErrorString(text, TextBytes);
        return Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;
    }

    /// <summary>y, once the stream is done.</summary>
    public float[] Result()
    {
        Device.Synchronise(Stream);
        return Device.Download(YData, Elements);
    }

    private static bool IsBorder(int place) => place is 0 or 3;

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
