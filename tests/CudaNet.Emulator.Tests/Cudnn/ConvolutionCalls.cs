using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>A 3×3 convolution of 1×8×12×12 with everything allocated, whose calls a test varies.</summary>
internal sealed unsafe class ConvolutionCalls
{
    private readonly LibraryProgram _program;

    public ConvolutionCalls(LibraryProgram program, cudnnMathType_t math = cudnnMathType_t.CUDNN_FMA_MATH)
    {
        _program = program;
        (XDesc, WDesc) = (program.Tensor(CUDNN_DATA_FLOAT, false, 1, 8, 12, 12), program.Filter(CUDNN_DATA_FLOAT, false, 8, 8, 3, 3));
        (YDesc, BiasDesc) = (program.Tensor(CUDNN_DATA_FLOAT, false, 1, 8, 12, 12), program.Tensor(CUDNN_DATA_FLOAT, false, 1, 8, 1, 1));
        Convolution = program.Convolution(1, 1, 1, 1, math, CUDNN_DATA_FLOAT);
        X = program.Upload(HostTensor.Random(1, Arithmetic.ElementType.Float32, false, 1, 8, 12, 12).ToBytes());
        W = program.Upload(HostTensor.Random(2, Arithmetic.ElementType.Float32, false, 8, 8, 3, 3).ToBytes());
        Bias = program.Upload(HostTensor.Random(3, Arithmetic.ElementType.Float32, false, 1, 8, 1, 1).ToBytes());
        Y = program.Alloc(Bytes);
        Workspace = program.Alloc(1 << 22);
    }

    public static int Bytes => 8 * 12 * 12 * 4;

    public nint XDesc { get; }

    public nint WDesc { get; }

    public nint YDesc { get; }

    public nint BiasDesc { get; }

    public nint Convolution { get; }

    public ulong X { get; }

    public ulong W { get; }

    public ulong Bias { get; }

    public ulong Y { get; }

    public ulong Workspace { get; }

    public static int WorkspaceStatus(LibraryProgram program, cudnnDataType_t type, cudnnConvolutionFwdAlgo_t algorithm)
    {
        nuint bytes;
        return (int)program.Cudnn.cudnnGetConvolutionForwardWorkspaceSize(
            program.Handle, program.Tensor(type, false, 1, 8, 12, 12), program.Filter(type, false, 8, 8, 3, 3),
            program.Convolution(1, 1, 1, 1, 0, CUDNN_DATA_FLOAT), program.Tensor(type, false, 1, 8, 12, 12), algorithm, &bytes);
    }

    public nuint WorkspaceBytes(cudnnConvolutionFwdAlgo_t algorithm)
    {
        nuint bytes;
        LibraryProgram.Ok(_program.Cudnn.cudnnGetConvolutionForwardWorkspaceSize(_program.Handle, XDesc, WDesc, Convolution, YDesc, algorithm, &bytes));
        return bytes;
    }

    public cudnnStatus_t Forward(cudnnConvolutionFwdAlgo_t algorithm, nuint workspaceBytes, ulong? y = null, ulong? workspace = null)
    {
        float one = 1, zero = 0;
        return _program.Cudnn.cudnnConvolutionForward(
            _program.Handle, &one, XDesc, (void*)X, WDesc, (void*)W, Convolution, algorithm, (void*)(workspace ?? Workspace), workspaceBytes, &zero, YDesc, (void*)(y ?? Y));
    }

    public cudnnStatus_t Fused(
        cudnnActivationMode_t mode = cudnnActivationMode_t.CUDNN_ACTIVATION_RELU, cudnnConvolutionFwdAlgo_t algorithm = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
        ulong? z = null, nint? biasDesc = null, float alpha2 = 1)
    {
        float one = 1;
        return _program.Cudnn.cudnnConvolutionBiasActivationForward(
            _program.Handle, &one, XDesc, (void*)X, WDesc, (void*)W, Convolution, algorithm, (void*)Workspace, WorkspaceBytes(algorithm), &alpha2, YDesc, (void*)(z ?? X),
            biasDesc ?? BiasDesc, (void*)Bias, _program.Activation(mode), YDesc, (void*)Y);
    }

    public cudnnConvolutionFwdAlgoPerf_t[] Find(nuint workspaceBytes)
    {
        cudnnConvolutionFwdAlgoPerf_t[] results = new cudnnConvolutionFwdAlgoPerf_t[10];
        int count;
        fixed (cudnnConvolutionFwdAlgoPerf_t* first = results)
        {
            LibraryProgram.Ok(_program.Cudnn.cudnnFindConvolutionForwardAlgorithmEx(
                _program.Handle, XDesc, (void*)X, WDesc, (void*)W, Convolution, YDesc, (void*)Y, 10, &count, first, (void*)Workspace, workspaceBytes));
        }

        return results[..count];
    }

    public cudnnConvolutionFwdAlgoPerf_t[] List()
    {
        cudnnConvolutionFwdAlgoPerf_t[] results = new cudnnConvolutionFwdAlgoPerf_t[10];
        int count;
        fixed (cudnnConvolutionFwdAlgoPerf_t* first = results)
        {
            LibraryProgram.Ok(_program.Cudnn.cudnnGetConvolutionForwardAlgorithm_v7(_program.Handle, XDesc, WDesc, Convolution, YDesc, 10, &count, first));
        }

        return results[..count];
    }
}
