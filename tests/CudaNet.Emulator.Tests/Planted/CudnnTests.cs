using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that misuse cuDNN.</summary>
public sealed unsafe class CudnnTests
{
    [Fact]
    public void A_workspace_that_is_too_small_is_found()
    {
        using ConvolutionProgram program = new();
        (cudnnConvolutionFwdAlgo_t algorithm, nuint bytes) = program.AlgorithmWithWorkspace();
        ulong workspace = program.Device.Allocate((int)(bytes + 3) / 4);
        program.Ok(program.Convolve(algorithm, workspace, bytes));
        Assert.Equal(ConvolutionProgram.Expected, program.Result());
        program.Device.IsClean();

        Assert.NotEqual(cudnnStatus_t.CUDNN_STATUS_SUCCESS, program.Convolve(algorithm, workspace, bytes - 1));
        program.Device.Found(FindingKind.Workspace, "cudnnConvolutionForward", $"{bytes - 1}", $"{bytes}");
    }

    [Fact]
    public void A_workspace_smaller_than_the_size_that_was_told_is_found()
    {
        using ConvolutionProgram program = new();
        (cudnnConvolutionFwdAlgo_t algorithm, nuint bytes) = program.AlgorithmWithWorkspace();
        ulong workspace = program.Device.Allocate((int)(bytes - 256) / 4);
        cudnnStatus_t status = program.Convolve(algorithm, workspace, bytes);
        CUresult synchronised = program.Device.Driver.cuStreamSynchronize(program.Stream);
        Assert.False(status == cudnnStatus_t.CUDNN_STATUS_SUCCESS && synchronised == CUresult.CUDA_SUCCESS, "it ran");
        program.Device.Found(FindingKind.OutOfBounds, "cudnnConvolutionForward", $"{bytes - 256} bytes");
    }

    [Fact]
    public void A_workspace_of_two_streams_at_once_is_found()
    {
        using ConvolutionProgram program = new();
        nint second = program.Device.Stream();
        nint handle;
        program.Ok(program.Cudnn.cudnnCreate(&handle));
        program.Ok(program.Cudnn.cudnnSetStream(handle, second));
        (cudnnConvolutionFwdAlgo_t algorithm, nuint bytes) = program.AlgorithmWithWorkspace();
        ulong workspace = program.Device.Allocate((int)(bytes + 3) / 4);
        ulong first = program.YData, other = program.Device.Allocate(32);

        program.Ok(program.Convolve(algorithm, workspace, bytes));
        program.Device.Order(program.Stream, second);
        program.YData = other;
        program.Ok(program.Convolve(algorithm, workspace, bytes, handle));
        program.Device.Synchronise(second);
        Assert.Equal(ConvolutionProgram.Expected, program.Device.Download(other, 32));
        program.Device.IsClean();

        program.YData = first;
        program.Ok(program.Convolve(algorithm, workspace, bytes));
        program.YData = other;
        _ = program.Convolve(algorithm, workspace, bytes, handle);
        program.Device.Found(FindingKind.Workspace, "cudnnConvolutionForward", $"stream 0x{program.Stream:x}", $"stream 0x{second:x}");
    }

    [Fact]
    public void A_descriptor_that_was_destroyed_is_found()
    {
        using ConvolutionProgram program = new();
        nint y = program.Tensor(cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, 2, 4, 4);
        program.Ok(program.Convolve(y: y));
        program.Ok(program.Cudnn.cudnnDestroyTensorDescriptor(y));
        Assert.Equal(ConvolutionProgram.Expected, program.Result());
        program.Device.IsClean();

        Assert.NotEqual(cudnnStatus_t.CUDNN_STATUS_SUCCESS, program.Convolve(y: y));
        program.Device.Found(FindingKind.Handle, "cudnnConvolutionForward", $"0x{y:x}", "destroyed");
    }

    [Theory]
    [InlineData(91900, 3000)]
    [InlineData(8907, 9)]
    public void No_activation_in_the_fused_call_with_another_algorithm_than_1_is_found(int version, int notSupported)
    {
        using ConvolutionProgram program = new(new EmulatorOptions { CudnnVersion = version });
        nuint bytes;
        program.Ok(program.Cudnn.cudnnGetConvolutionForwardWorkspaceSize(
            program.Handle, program.X, program.W, program.Convolution, program.Y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, &bytes));
        ulong workspace = program.Device.Allocate((int)(bytes + 4) / 4);
        program.Ok(program.Fused(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY, workspace, bytes));
        Assert.Equal(ConvolutionProgram.Expected.Select(value => value + 1), program.Result());
        program.Ok(program.Fused(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, cudnnActivationMode_t.CUDNN_ACTIVATION_RELU));
        Assert.Equal(ConvolutionProgram.Expected.Select(value => value + 1), program.Result());
        program.Device.IsClean();

        cudnnStatus_t status = program.Fused(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY);
        Assert.Equal(notSupported, (int)status);
        if (version >= 90000)
        {
            string why = program.LastError();
            Assert.Contains("CUDNN_ACTIVATION_IDENTITY", why, StringComparison.Ordinal);
            Assert.Contains("CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM", why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Layouts_that_differ_between_input_and_output_are_found()
    {
        using ConvolutionProgram program = new();
        program.Ok(program.Convolve());
        Assert.Equal(ConvolutionProgram.Expected, program.Result());
        program.Device.IsClean();

        program.X = program.Tensor(cudnnTensorFormat_t.CUDNN_TENSOR_NHWC, 2, 4, 4);
        Assert.Equal(cudnnStatus_t.CUDNN_STATUS_NOT_SUPPORTED, program.Convolve());
        Assert.Contains("layouts that differ", program.LastError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Factors_of_double_where_floats_are_read_are_found()
    {
        using ConvolutionProgram program = new();
        double one = 1, zero = 0;
        program.Ok(program.Convolve());
        Assert.Equal(ConvolutionProgram.Expected, program.Result());
        program.Device.IsClean();

        _ = program.Cudnn.cudnnConvolutionForward(
            program.Handle, &one, program.X, (void*)program.XData, program.W, (void*)program.WData, program.Convolution, default, null, 0, &zero, program.Y,
            (void*)program.YData);
        program.Device.Found(FindingKind.Argument, "cudnnConvolutionForward", "alpha");
    }

    [Fact]
    public void An_output_that_overlaps_the_input_is_found()
    {
        using ConvolutionProgram program = new();
        program.YData = program.XData;
        _ = program.Convolve();
        program.Device.Found(FindingKind.Argument, "cudnnConvolutionForward", "overlap");
    }

    [Fact]
    public void A_handle_whose_stream_does_not_capture_is_found()
    {
        using ConvolutionProgram program = new();
        nint captures = program.Device.Stream();
        program.Device.BeginCapture(program.Stream);
        program.Ok(program.Convolve());
        nint executable = program.Device.Instantiate(program.Device.EndCapture(program.Stream));
        program.Device.Ok(program.Device.Driver.cuGraphLaunch(executable, program.Stream));
        Assert.Equal(ConvolutionProgram.Expected, program.Result());
        program.Device.IsClean();

        program.Device.BeginCapture(captures);
        program.Ok(program.Convolve());
        program.Device.Found(FindingKind.Capture, "cudnnConvolutionForward", $"stream 0x{program.Stream:x}");
    }

    [Fact]
    public void A_handle_that_is_made_during_a_capture_is_found()
    {
        using ConvolutionProgram program = new();
        program.Device.BeginCapture(program.Stream);
        nint handle;
        Assert.NotEqual(cudnnStatus_t.CUDNN_STATUS_SUCCESS, program.Cudnn.cudnnCreate(&handle));
        program.Device.Found(FindingKind.Capture, "cudnnCreate");
    }

    [Fact]
    public void A_handle_used_with_the_context_of_another_device_is_found()
    {
        EmulatorOptions options = new() { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] };
        using ConvolutionProgram program = new(options);
        program.Ok(program.Convolve());
        program.Device.IsClean();

        nint second;
        program.Device.Ok(program.Device.Driver.cuDevicePrimaryCtxRetain(&second, 1));
        program.Device.Ok(program.Device.Driver.cuCtxSetCurrent(second));
        _ = program.Convolve();
        program.Device.Found(FindingKind.Handle, "cudnnConvolutionForward", "context");
    }

    [Fact]
    public void A_handle_used_by_two_threads_at_once_is_found()
    {
        using ConvolutionProgram program = new();
        using HostFunctions functions = new();
        Convolve();
        functions.Queue(program.Device, program.Stream, () => { });
        program.Ok(program.FindAlgorithms());
        program.Device.IsClean();

        // The search runs what is queued: while the host function runs, the first thread is still inside the library.
        functions.Queue(program.Device, program.Stream, Convolve);
        program.Ok(program.FindAlgorithms());
        program.Device.Found(FindingKind.Handle, "cudnnConvolutionForward", $"0x{program.Handle:x}", "another thread");

        void Convolve()
        {
            Thread thread = new(() =>
            {
                program.Device.MakeCurrent();
                _ = program.Convolve();
            });
            thread.Start();
            thread.Join();
        }
    }
}
