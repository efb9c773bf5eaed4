using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>A cuDNN that keeps memory: a program that has counted every byte, or captures at once, fails; one that runs first and has another way does not.</summary>
public sealed unsafe class KeptMemoryTests
{
    private const int Kept = 1 << 20;

    private static readonly EmulatedDeviceProfile Keeps = EmulatedDeviceProfile.Ampere with { KeptConvolutionBytes = Kept };

    [Fact]
    public void The_first_run_of_an_algorithm_takes_memory_that_goes_with_the_handle()
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [Keeps] });
        ConvolutionCalls calls = new(program);
        ulong before = Free(program);
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
        Assert.Equal(before, Free(program));
        for (int run = 0; run < 2; run++)
        {
            Assert.Equal(0, Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM));
            Assert.Equal(before - Kept, Free(program));
        }

        Assert.Equal(0, (int)calls.Fused());
        Assert.Equal(before - (2 * Kept), Free(program));
        LibraryProgram.Ok(program.Driver.cuStreamSynchronize(program.Stream));
        LibraryProgram.Ok(program.Cudnn.cudnnDestroy(program.Handle));
        Assert.Equal(before, Free(program));
        Assert.Empty(program.Machine.Findings);
    }

    [Fact]
    public void A_handle_that_was_not_destroyed_is_the_only_leak_of_it_and_ends_with_its_context()
    {
        LibraryProgram program = new(new EmulatorOptions { Devices = [Keeps] });
        ConvolutionCalls calls = new(program);
        Assert.Equal(0, Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM));
        LibraryProgram.Ok(program.Driver.cuStreamSynchronize(program.Stream));
        Assert.Single(program.Machine.Leaks, leak => leak.Kind == LeakKind.LibraryHandle);
        Assert.Equal(5, program.Machine.Leaks.Count(leak => leak.Kind == LeakKind.DeviceMemory));
        LibraryProgram.Ok(program.Driver.cuDevicePrimaryCtxRelease_v2(0));
        program.Dispose();
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 2)]
    [InlineData(LibraryProgram.Version9, (int)cudnnStatus_t.CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED)]
    public void Where_all_memory_is_given_out_the_algorithm_finds_none_and_the_first_one_runs(int version, int outOfMemory)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version, Devices = [Keeps with { MemoryBytes = 6 << 20 }] });
        ConvolutionCalls calls = new(program);
        ulong rest = program.Alloc((long)Free(program) - (Kept / 2));
        Assert.Equal(outOfMemory, Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM));
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
        LibraryProgram.Ok(program.Driver.cuMemFree_v2(rest));
        Assert.Equal(0, Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM));
        LibraryProgram.Ok(program.Driver.cuStreamSynchronize(program.Stream));
        Assert.Empty(program.Machine.Findings);
    }

    [Fact]
    public void Taken_in_a_capture_it_breaks_that_and_taken_before_it_does_not()
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [Keeps] });
        ConvolutionCalls calls = new(program);
        Assert.Equal(((int)cudnnStatus_t.CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), Captured(program, calls));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Capture && finding.Message.Contains("allocates memory", StringComparison.Ordinal));
        Assert.Equal(0, Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM));
        Assert.Equal((0, CUresult.CUDA_SUCCESS), Captured(program, calls));
    }

    private static int Forward(ConvolutionCalls calls, cudnnConvolutionFwdAlgo_t algorithm) => (int)calls.Forward(algorithm, calls.WorkspaceBytes(algorithm));

    private static (int Status, CUresult End) Captured(LibraryProgram program, ConvolutionCalls calls)
    {
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(program.Stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        int status = Forward(calls, CUDNN_CONVOLUTION_FWD_ALGO_GEMM);
        nint graph;
        CUresult end = program.Driver.cuStreamEndCapture(program.Stream, &graph);
        return (status, end);
    }

    private static ulong Free(LibraryProgram program)
    {
        nuint free, total;
        LibraryProgram.Ok(program.Driver.cuMemGetInfo_v2(&free, &total));
        return free;
    }
}
