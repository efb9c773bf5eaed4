using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Devices that can do less: each switch of a profile makes a program take its other way, which gives the same numbers.</summary>
public sealed class ProfileTests
{
    private static readonly EmulatedDeviceProfile Ampere = EmulatedDeviceProfile.Ampere;

    [Fact]
    public void Without_the_fused_call_three_calls_give_its_numbers()
    {
        (bool Fused, double[] Values) able = On(Ampere, program => (program.Run(), program.Result()));
        (bool Fused, double[] Values) unable = On(Ampere with { HasFusedConvolution = false }, program => (program.Run(), program.Result()));
        Assert.Equal((true, false), (able.Fused, unable.Fused));
        Closeness.AssertClose(able.Values, unable.Values);
    }

    [Fact]
    public void Without_channels_last_the_other_order_gives_its_numbers()
    {
        EmulatedDeviceProfile unable = Ampere with { HasChannelsLast = false };
        double[] expected = On(Ampere, program => program.Run() ? program.Result() : [], CUDNN_DATA_HALF, nhwc: true);
        Assert.Null(On(unable, program => program.Cudnn.WorkspaceBytes(program.Convolution, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM), CUDNN_DATA_HALF, nhwc: true));
        Assert.Equal(expected, On(unable, program => program.Run() ? program.Result() : [], CUDNN_DATA_HALF));
    }

    [Fact]
    public void With_only_the_first_algorithm_the_ranking_says_so_and_it_gives_the_numbers()
    {
        double[] expected = On(Ampere, program =>
        {
            Assert.True(program.Cudnn.RankAlgorithms(program.Convolution).Count(ranked => ranked.CanRun) > 3);
            program.Run(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
            return program.Result();
        });
        double[] actual = On(Ampere with { OnlyFirstAlgorithm = true }, program =>
        {
            ConvolutionAlgorithm ranked = Assert.Single(program.Cudnn.RankAlgorithms(program.Convolution), entry => entry.CanRun);
            Assert.Equal(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, ranked.Algorithm);
            Assert.Equal(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, Assert.Single(program.Measure(1 << 22), entry => entry.CanRun).Algorithm);
            Assert.Null(program.Cudnn.WorkspaceBytes(program.Convolution, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
            program.Run(ranked.Algorithm);
            return program.Result();
        });
        Closeness.AssertClose(expected, actual);
    }

    [Fact]
    public void Without_workspaces_what_runs_needs_none()
    {
        Assert.NotEqual(0, On(Ampere, Plan));
        On(Ampere with { NoWorkspace = true }, program =>
        {
            Assert.All(program.Cudnn.RankAlgorithms(program.Convolution).Where(ranked => ranked.CanRun), ranked => Assert.Equal(0ul, ranked.WorkspaceBytes));
            Assert.True(program.Run());
            Assert.Equal(0, Plan(program));
            return true;
        });

        static long Plan(OwnedConvolution program)
        {
            using CublasLtHandle lt = new(program.Context);
            using MatmulPlan plan = new(lt, Gemm.FullyConnected(2, 64, 10), cudaDataType.CUDA_R_32F, cublasComputeType_t.CUBLAS_COMPUTE_32F, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU, default, 1 << 20);
            return plan.WorkspaceBytes;
        }
    }

    [Theory]
    [InlineData(7, 5, false)]
    [InlineData(8, 0, true)]
    [InlineData(9, 0, true)]
    [InlineData(12, 0, true)]
    public void Each_compute_capability_tells_itself_and_whether_bfloat16_runs(int major, int minor, bool hasBFloat16)
    {
        EmulatedDeviceProfile profile = major switch { 7 => EmulatedDeviceProfile.Turing, 8 => Ampere, 9 => EmulatedDeviceProfile.Hopper, _ => EmulatedDeviceProfile.Blackwell };
        Assert.Equal(new Version(major, minor), On(profile, program => program.Context.Device.ComputeCapability));
        Assert.Equal(hasBFloat16, On(profile, program => program.Cudnn.WorkspaceBytes(program.Convolution, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM) is not null, CUDNN_DATA_BFLOAT16, nhwc: true));
        Assert.True(On(profile, program => program.Run(), CUDNN_DATA_HALF, nhwc: true));
        On(profile, program =>
        {
            using CublasHandle blas = new(program.Stream);
            DeviceMemory a = program.Upload(HostTensor.Random(1, ElementType.BFloat16, false, 4, 4, 1, 1)), c = program.Own(new DeviceMemory(program.Context, 32));
            Gemm square = new(cublasOperation_t.CUBLAS_OP_N, cublasOperation_t.CUBLAS_OP_N, 4, 4, 4, 4, 4, 4);
            CudaException? refused = (CudaException?)Record.Exception(
                () => blas.GemmEx(square, cudaDataType.CUDA_R_16BF, cublasComputeType_t.CUBLAS_COMPUTE_32F, 1, a.Address, a.Address, 0, c.Address));
            Assert.Equal(hasBFloat16 ? null : 15, refused?.Number);
            program.Stream.Synchronize();
            return true;
        });
    }

    [Fact]
    public void On_a_device_with_little_memory_what_is_too_large_is_told_and_less_goes_on()
    {
        using OwnedConvolution program = new(Ampere with { MemoryBytes = 5 << 20 });
        CudaException exception = Assert.Throws<CudaException>(() => new DeviceMemory(program.Context, 1 << 20));
        Assert.Equal(2, exception.Number);
        exception = Assert.Throws<CudaException>(() => new CublasHandle(program.Stream));
        Assert.Equal(2, exception.Number);
        using DeviceMemory less = new(program.Context, 1 << 10);
        Assert.True(program.Run());
    }

    [Fact]
    public void A_search_tries_what_fits_the_workspace_waits_for_the_stream_and_leaves_garbage()
    {
        using OwnedConvolution program = new(Ampere);
        program.Run();
        double[] before = program.Result();
        program.Run();
        ConvolutionAlgorithm[] little = program.Measure(4096), much = program.Measure(1 << 22);
        Assert.True(program.Stream.IsIdle);
        Assert.NotEqual(before, program.Result());
        Assert.All(little.Where(entry => entry.CanRun), entry => Assert.True(entry.WorkspaceBytes <= 4096 && entry.TimeMs > 0));
        Assert.True(little.Count(entry => entry.CanRun) < much.Count(entry => entry.CanRun));
        Assert.Equal(much.OrderBy(entry => entry.CanRun ? entry.TimeMs : float.MaxValue).Select(entry => entry.Algorithm), much.Select(entry => entry.Algorithm));
    }

    private static T On<T>(EmulatedDeviceProfile profile, Func<OwnedConvolution, T> body, cudnnDataType_t type = CUDNN_DATA_FLOAT, bool nhwc = false)
    {
        using OwnedConvolution program = new(profile, type, nhwc);
        return body(program);
    }
}
