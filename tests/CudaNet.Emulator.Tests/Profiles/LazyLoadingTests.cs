using CudaNet.Emulator.Device;
using CudaNet.Emulator.Tests.Cublas;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Emulator.Tests.Planted;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>A device whose code is loaded at its first use: a program that captures at once fails, one that runs all of it before does not.</summary>
public sealed unsafe class LazyLoadingTests
{
    private const int Count = 16;

    private static readonly EmulatorOptions Lazy = new() { Devices = [EmulatedDeviceProfile.Ampere with { LoadsLazily = true }] };

    [Fact]
    public void A_kernel_whose_first_launch_is_captured_breaks_the_capture()
    {
        using DeviceProgram program = new(options: Lazy);
        nint stream = program.Stream(), kernel = program.Kernel("memory", "double_all"), graph = -1;
        ulong x = program.Upload(new float[Count]), y = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(y, 1, Count, stream);
        program.IsClean();
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, program.TryLaunch(kernel, 1, Count, 0, stream, x, y, Count));
        program.Found(FindingKind.Capture, "'double_all'", "first");
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.TryLaunch(kernel, 1, Count, 0, stream, x, y, Count));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.Driver.cuStreamEndCapture(stream, &graph));
        Assert.Equal(0, graph);
    }

    [Theory]
    [InlineData("launch")]
    [InlineData("load")]
    [InlineData("eager device")]
    public void A_kernel_that_was_launched_or_loaded_before_is_captured(string how)
    {
        using DeviceProgram program = new(options: how == "eager device" ? null : Lazy);
        nint stream = program.Stream(), kernel = program.Kernel("memory", "double_all");
        ulong x = program.Upload(Enumerable.Repeat(3f, Count).ToArray()), y = program.Allocate(Count);
        switch (how)
        {
            case "launch":
                program.Launch(kernel, 1, Count, stream, x, y, Count);
                break;
            case "load":
                program.Ok(program.Driver.cuFuncLoad(kernel));
                break;
        }

        program.BeginCapture(stream);
        program.Launch(kernel, 1, Count, stream, x, y, Count);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Enumerable.Repeat(6f, Count), program.Download(y, Count));
        program.IsClean();
    }

    [Fact]
    public void Loading_a_function_in_a_capture_breaks_it_unless_it_is_loaded()
    {
        using DeviceProgram program = new(options: Lazy);
        nint stream = program.Stream(), loaded = program.Kernel("memory", "double_all"), cold = program.Kernel("memory", "differences");
        program.Ok(program.Driver.cuFuncLoad(loaded));
        program.BeginCapture(stream);
        program.Ok(program.Driver.cuFuncLoad(loaded));
        program.IsClean();
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, program.Driver.cuFuncLoad(cold));
        program.Found(FindingKind.Capture, "cuFuncLoad");
    }

    [Fact]
    public void Code_is_loaded_in_each_context_and_by_the_launch_of_a_graph()
    {
        using var program = new Device.DeviceProgram(options: Lazy with { Devices = [Lazy.Devices[0], Lazy.Devices[0]] });
        Device.DeviceProgram.Ok(program.Machine.Devices[1].RetainPrimary(out EmulatedContext? other));
        var graph = new EmulatedGraph(program.Machine);
        graph.Add(new LazyOperation(), [], program.Context);
        Assert.False(program.Context.HasLoaded(nameof(LazyOperation)));
        EmulatedStream stream = program.Stream();
        Device.DeviceProgram.Ok(program.Launch(program.Instantiate(graph), stream));
        Assert.Equal((true, false), (program.Context.HasLoaded(nameof(LazyOperation)), other!.HasLoaded(nameof(LazyOperation))));
        Device.DeviceProgram.Ok(program.Synchronize(stream));
    }

    [Fact]
    public void The_mode_of_loading_is_told()
    {
        foreach (EmulatorOptions options in (EmulatorOptions[])[new(), Lazy])
        {
            using DeviceProgram program = new(options: options);
            int mode;
            program.Ok(((delegate* unmanaged<int*, CUresult>)program.Machine.Libraries.Driver.Find("cuModuleGetLoadingMode"))(&mode));
            Assert.Equal(options == Lazy ? 2 : 1, mode);
        }
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 8)]
    [InlineData(LibraryProgram.Version9, (int)cudnnStatus_t.CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER)]
    public void A_convolution_is_captured_only_after_its_function_algorithm_and_types_ran(int version, int failed)
    {
        using LibraryProgram program = new(Lazy with { CudnnVersion = version });
        ConvolutionCalls calls = new(program), tensorMath = new(program, cudnnMathType_t.CUDNN_DEFAULT_MATH);
        Func<cudnnStatus_t> plain = () => calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0);
        Func<cudnnStatus_t>[] others =
        [
            () => calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_GEMM, calls.WorkspaceBytes(CUDNN_CONVOLUTION_FWD_ALGO_GEMM)),
            () => calls.Fused(algorithm: CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM),
            () => tensorMath.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0),
        ];
        Assert.Equal((failed, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), Captured(program, plain));
        Assert.Equal(0, (int)plain());
        Assert.Equal((0, CUDA_SUCCESS), Captured(program, plain));
        foreach (Func<cudnnStatus_t> other in others)
        {
            Assert.Equal((failed, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), Captured(program, other));
            Assert.Equal(0, (int)other());
            Assert.Equal((0, CUDA_SUCCESS), Captured(program, other));
        }
    }

    [Fact]
    public void Any_call_of_cudnn_is_captured_only_after_it_ran_with_its_type()
    {
        using LibraryProgram program = new(Lazy);
        (ulong x, ulong y) = (program.Upload(new byte[64]), program.Alloc(64));
        Assert.Equal(0, (int)Transform(cudnnDataType_t.CUDNN_DATA_FLOAT));
        Assert.Equal((0, CUDA_SUCCESS), Captured(program, () => Transform(cudnnDataType_t.CUDNN_DATA_FLOAT)));
        Assert.NotEqual(0, Captured(program, () => Transform(cudnnDataType_t.CUDNN_DATA_HALF)).Status);
        Assert.Equal(0, (int)Transform(cudnnDataType_t.CUDNN_DATA_HALF));
        Assert.Equal((0, CUDA_SUCCESS), Captured(program, () => Transform(cudnnDataType_t.CUDNN_DATA_HALF)));

        cudnnStatus_t Transform(cudnnDataType_t type)
        {
            float one = 1, zero = 0;
            return program.Cudnn.cudnnTransformTensor(
                program.Handle, &one, program.Tensor(type, false, 1, 4, 2, 2), (void*)x, &zero, program.Tensor(cudnnDataType_t.CUDNN_DATA_FLOAT, false, 1, 4, 2, 2), (void*)y);
        }
    }

    [Fact]
    public void A_product_is_captured_only_after_it_ran()
    {
        using BlasProgram program = new(Lazy);
        ulong workspace = program.Device.Alloc(1 << 16), a = program.Device.Upload(BitConverter.GetBytes(5f)), c = program.Device.Alloc(4);
        BlasProgram.Ok(program.Blas.cublasSetWorkspace_v2(program.Handle, (void*)workspace, 1 << 16));
        Assert.Equal(((int)cublasStatus_t.CUBLAS_STATUS_EXECUTION_FAILED, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), Captured(program.Device, Multiply));
        Assert.Equal(0, Multiply());
        Assert.Equal((0, CUDA_SUCCESS), Captured(program.Device, Multiply));
        Assert.Equal(25f, BitConverter.ToSingle(program.Device.Download(c, 4)));

        int Multiply()
        {
            float one = 1, zero = 0;
            return (int)program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, (float*)a, 1, (float*)a, 1, &zero, (float*)c, 1);
        }
    }

    /// <summary>What a call answers in a capture of its own, and what the end of that answers.</summary>
    private static (int Status, CUresult End) Captured(LibraryProgram program, Func<int> call)
    {
        LibraryProgram.Ok(program.Driver.cuStreamBeginCapture_v2(program.Stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        int status = call();
        nint graph;
        CUresult end = program.Driver.cuStreamEndCapture(program.Stream, &graph);
        return (status, end);
    }

    private static (int Status, CUresult End) Captured(LibraryProgram program, Func<cudnnStatus_t> call) => Captured(program, () => (int)call());

    private sealed class LazyOperation : StreamOperation
    {
        public override string Name => Code;

        public override string Code => nameof(LazyOperation);

        public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

        public override void Execute(OperationContext context)
        {
        }
    }
}
