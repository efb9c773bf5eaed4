using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>What convolutions demand: algorithms, workspaces, the fused call's restrictions, captures.</summary>
public sealed unsafe class ConvolutionRules
{
    private static readonly cudnnConvolutionFwdAlgo_t[] WithWorkspace =
    [
        CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_FFT,
        CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED,
    ];

    [Fact]
    public void All_algorithms_are_listed_untimed_and_those_that_run_come_first()
    {
        using LibraryProgram program = new();
        cudnnConvolutionFwdAlgoPerf_t[] list = new ConvolutionCalls(program, CUDNN_DEFAULT_MATH).List();
        Assert.Equal(10, list.Length);
        Assert.All(list, entry => Assert.Equal(-1, entry.time));
        Assert.Equal(8, list.Select(entry => entry.algo).Distinct().Count());
        Assert.Equal(CUDNN_CONVOLUTION_FWD_ALGO_DIRECT, list[^1].algo);
        Assert.Equal(3000, (int)list[^1].status);
        Assert.Equal(list.OrderBy(entry => entry.status != 0).Select(entry => entry.algo), list.Select(entry => entry.algo));
    }

    [Fact]
    public void Each_algorithm_but_the_first_wants_a_workspace_of_its_own_size()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        Assert.Equal(0u, calls.WorkspaceBytes(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM));
        nuint[] sizes = [.. WithWorkspace.Select(calls.WorkspaceBytes)];
        Assert.DoesNotContain((nuint)0, sizes);
        Assert.Equal(sizes.Length, sizes.Distinct().Count());
        Assert.NotEqual(sizes[0], new ConvolutionCalls(program, CUDNN_TENSOR_OP_MATH).WorkspaceBytes(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 3)]
    [InlineData(LibraryProgram.Version9, 2006)]
    public void A_workspace_that_is_too_small_is_refused(int version, int status)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        ConvolutionCalls calls = new(program);
        nuint bytes = calls.WorkspaceBytes(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
        Assert.Equal(status, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, bytes - 1));
        Assert.Equal(status, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, bytes, workspace: 0));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Workspace);
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0, workspace: 0));
    }

    [Fact]
    public void Writing_where_the_input_lies_is_a_finding()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        Assert.Equal(2000, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0, y: calls.X));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Argument);
    }

    [Fact]
    public void A_search_leaves_garbage_in_y_and_puts_what_does_not_fit_last()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
        byte[] before = program.Download(calls.Y, ConvolutionCalls.Bytes);
        cudnnConvolutionFwdAlgoPerf_t[] found = calls.Find(0);
        Assert.NotEqual(before, program.Download(calls.Y, ConvolutionCalls.Bytes));
        Assert.Equal(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, found[0].algo);
        Assert.True(found[0].time > 0);
        Assert.Contains(found, entry => (int)entry.status == 4003 && entry.time == -1 && entry.memory > 0);
        Assert.True(calls.Find(1 << 22).Count(entry => entry.status == 0) > 3);
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 9)]
    [InlineData(LibraryProgram.Version9, 3000)]
    public void Identity_runs_fused_with_algorithm_1_only_and_other_activations_not_at_all(int version, int notSupported)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        ConvolutionCalls calls = new(program);
        Assert.Equal(0, (int)calls.Fused());
        Assert.Equal(0, (int)calls.Fused(algorithm: CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM));
        Assert.Equal(0, (int)calls.Fused(cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY));
        Assert.Equal(notSupported, (int)calls.Fused(cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM));
        Assert.Equal(notSupported, (int)calls.Fused(cudnnActivationMode_t.CUDNN_ACTIVATION_TANH));
    }

    [Fact]
    public void The_fused_call_wants_z_and_a_bias_for_each_filter()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        Assert.Equal(2000, (int)calls.Fused(z: 0, alpha2: 0));
        Assert.Equal(2000, (int)calls.Fused(biasDesc: program.Tensor(CUDNN_DATA_FLOAT, false, 1, 4, 1, 1)));
        Assert.Equal(2000, (int)calls.Fused(biasDesc: program.Tensor(CUDNN_DATA_HALF, false, 1, 8, 1, 1)));
    }

    [Fact]
    public void Profiles_refuse_what_they_are_told_to()
    {
        EmulatedDeviceProfile profile = EmulatedDeviceProfile.Ampere;
        Assert.Equal(3000, Status(profile with { HasFusedConvolution = false }, c => c.Fused()));
        Assert.Equal(3000, Status(profile with { OnlyFirstAlgorithm = true }, c => c.Forward(CUDNN_CONVOLUTION_FWD_ALGO_GEMM, 1 << 22)));
        Assert.Equal(3000, Status(profile with { NoWorkspace = true }, c => c.Forward(CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, 1 << 22)));
        Assert.Equal(0, Status(profile with { NoWorkspace = true }, c => c.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0)));
        using LibraryProgram program = new(new EmulatorOptions { Devices = [profile with { HasChannelsLast = false }] });
        nuint bytes;
        Assert.Equal(3000, (int)program.Cudnn.cudnnGetConvolutionForwardWorkspaceSize(
            program.Handle, program.Tensor(CUDNN_DATA_HALF, true, 1, 8, 12, 12), program.Filter(CUDNN_DATA_HALF, true, 8, 8, 3, 3),
            program.Convolution(1, 1, 1, 1, 0, CUDNN_DATA_FLOAT), program.Tensor(CUDNN_DATA_HALF, true, 1, 8, 12, 12), CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, &bytes));
    }

    [Fact]
    public void A_captured_convolution_runs_at_each_launch_with_equal_bits_and_its_descriptors_gone()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        Assert.Equal(0, (int)calls.Fused());
        byte[] eager = program.Download(calls.Y, ConvolutionCalls.Bytes);
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(program.Stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        Assert.Equal(0, (int)calls.Fused());
        nint graph, exec;
        LibraryProgram.Ok(program.Driver.cuStreamEndCapture(program.Stream, &graph));
        LibraryProgram.Ok(program.Driver.cuGraphInstantiateWithFlags(&exec, graph, 0));
        LibraryProgram.Ok(program.Cudnn.cudnnDestroyTensorDescriptor(calls.XDesc));
        for (int launch = 0; launch < 2; launch++)
        {
            LibraryProgram.Ok(program.Driver.cuMemsetD8Async(calls.Y, 0xFF, (nuint)ConvolutionCalls.Bytes, program.Stream));
            LibraryProgram.Ok(program.Driver.cuGraphLaunch(exec, program.Stream));
            Assert.Equal(eager, program.Download(calls.Y, ConvolutionCalls.Bytes));
        }
    }

    [Theory]
    [InlineData(LibraryProgram.Version8)]
    [InlineData(LibraryProgram.Version9)]
    public void A_handle_that_is_made_inside_a_capture_breaks_it(int version)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(program.Stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        nint handle, graph;
        Assert.NotEqual(0, (int)program.Cudnn.cudnnCreate(&handle));
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.Driver.cuStreamEndCapture(program.Stream, &graph));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Capture);
    }

    [Fact]
    public void A_handle_whose_stream_does_not_capture_escapes_the_capture_and_is_found()
    {
        using LibraryProgram program = new();
        ConvolutionCalls calls = new(program);
        nint other = program.NewStream();
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(other, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Capture);
    }

    [Fact]
    public void A_workspace_that_two_streams_share_is_found_under_some_seed()
    {
        Assert.Contains(Enumerable.Range(1, 20), seed =>
        {
            using LibraryProgram program = new(new EmulatorOptions { Seed = seed });
            ConvolutionCalls calls = new(program);
            nuint bytes = calls.WorkspaceBytes(CUDNN_CONVOLUTION_FWD_ALGO_GEMM);
            Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_GEMM, bytes));
            LibraryProgram.Ok(program.Cudnn.cudnnSetStream(program.Handle, program.NewStream()));
            Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_GEMM, bytes, y: program.Alloc(ConvolutionCalls.Bytes)));
            program.Driver.cuCtxSynchronize();
            return program.Machine.Findings.Any(finding => finding.Kind == FindingKind.Workspace);
        });
    }

    private static int Status(EmulatedDeviceProfile profile, Func<ConvolutionCalls, cudnnStatus_t> call)
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [profile] });
        return (int)call(new ConvolutionCalls(program));
    }
}
