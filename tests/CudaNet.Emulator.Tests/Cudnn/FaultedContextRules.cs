using CudaNet.Emulator.Tests.Cublas;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>The libraries share the driver's context: what they answer once it is faulted, and in captures.</summary>
public sealed unsafe class FaultedContextRules
{
    [Theory]
    [InlineData(LibraryProgram.Version8, 8, 8)]
    [InlineData(LibraryProgram.Version9, 5000, 5003)]
    public void In_a_faulted_context_cudnn_answers_that_execution_failed_and_cublas_13(int version, int least, int most)
    {
        using BlasProgram program = new(new EmulatorOptions { CudnnVersion = version });
        ConvolutionCalls calls = new(program.Device);
        program.Device.Machine.Faults.Add(FaultInjection.OfOperation(program.Device.Machine.Operations.Total + 1, 719));
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
        Assert.Equal(CUresult.CUDA_ERROR_LAUNCH_FAILED, program.Device.Driver.cuStreamSynchronize(program.Device.Stream));
        nint handle;
        Assert.InRange((int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0), least, most);
        Assert.InRange((int)program.Device.Cudnn.cudnnCreate(&handle), least, most);
        Assert.Equal(13, (int)program.Blas.cublasSetMathMode(program.Handle, 0));
        Assert.Equal(13, (int)program.Blas.cublasCreate_v2(&handle));
    }

    [Theory]
    [InlineData(CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)]
    [InlineData(CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED)]
    internal void A_search_for_an_algorithm_in_a_capture_breaks_it(CUstreamCaptureMode mode)
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(program.Stream, mode));
        cudnnConvolutionFwdAlgoPerf_t found;
        int count;
        Assert.InRange((int)program.Cudnn.cudnnFindConvolutionForwardAlgorithmEx(
            program.Handle, calls.XDesc, (void*)calls.X, calls.WDesc, (void*)calls.W, calls.Convolution, calls.YDesc, (void*)calls.Y, 1, &count, &found, null, 0), 5000, 5003);
        nint graph;
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.Driver.cuStreamEndCapture(program.Stream, &graph));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Capture);
    }
}
