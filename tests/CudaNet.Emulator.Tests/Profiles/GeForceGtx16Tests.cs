using CudaNet.Emulator.Tests.Cublas;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>A device of compute capability 7.5 without tensor cores: a program that expects them from 7.0 on finds none, one that takes what is listed goes on.</summary>
public sealed unsafe class GeForceGtx16Tests
{
    [Fact]
    public void Its_name_tells_it_from_others_of_its_compute_capability()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.GeForceGtx16, EmulatedDeviceProfile.Turing] });
        IReadOnlyList<CudaDevice> devices = machine.Libraries.Load().Devices;
        Assert.All(devices, device => Assert.Equal(new Version(7, 5), device.ComputeCapability));
        Assert.Equal([true, false], devices.Select(device => device.Name.Contains("GTX 16", StringComparison.Ordinal)));
        Assert.Equal((24, 6L << 30), (devices[0].MultiprocessorCount, devices[0].MemoryBytes));
    }

    [Theory]
    [InlineData(CUDNN_TENSOR_OP_MATH)]
    [InlineData(CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION)]
    [InlineData(CUDNN_DEFAULT_MATH)]
    [InlineData(CUDNN_FMA_MATH)]
    internal void No_entry_has_tensor_operations_and_the_first_gives_the_numbers(cudnnMathType_t math)
    {
        double[] expected;
        using (OwnedConvolution turing = new(EmulatedDeviceProfile.Turing, CUDNN_DATA_HALF, nhwc: true))
        {
            turing.Convolution.Attributes.SetMathType(math);
            Assert.Equal(math != CUDNN_FMA_MATH, turing.Cudnn.RankAlgorithms(turing.Convolution).Any(entry => entry.MathType == CUDNN_TENSOR_OP_MATH));
            turing.Run(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
            expected = turing.Result();
        }

        using OwnedConvolution program = new(EmulatedDeviceProfile.GeForceGtx16, CUDNN_DATA_HALF, nhwc: true);
        program.Convolution.Attributes.SetMathType(math);
        ConvolutionAlgorithm[] entries = program.Cudnn.RankAlgorithms(program.Convolution);
        Assert.All(entries, entry => Assert.Equal(CUDNN_FMA_MATH, entry.MathType));
        Assert.True(entries[0].CanRun);
        Assert.Equal(entries[0].WorkspaceBytes, program.Cudnn.WorkspaceBytes(program.Convolution, entries[0].Algorithm));
        program.Run(entries[0].Algorithm);
        Closeness.AssertClose(expected, program.Result(), Closeness.Call(Engine.StoragePrecision.Float16));
    }

    [Theory]
    [InlineData(CUDNN_TENSOR_OP_MATH)]
    [InlineData(CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION)]
    internal void Allowed_tensor_operations_are_multiply_adds_of_floats_as_stored(cudnnMathType_t math)
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.GeForceGtx16] });
        ConvolutionCase allowed = new() { Type = CUDNN_DATA_FLOAT, Math = math }, exact = new() { Type = CUDNN_DATA_FLOAT };
        (double[] values, byte[] bytes) = allowed.Run(program);
        Closeness.AssertClose(allowed.Expected(), values);
        Assert.Equal(exact.Run(program).Bytes, bytes);
    }

    [Theory]
    [InlineData(false, 1 + (1.0 / 4096))]
    [InlineData(true, 1)]
    public void A_product_that_may_be_fast_is_rounded_only_where_there_are_tensor_cores(bool hasTensorCores, double expected)
    {
        using BlasProgram program = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.GeForceGtx16 with { HasTensorCores = hasTensorCores }] });
        float one = 1, zero = 0;
        ulong a = program.Device.Upload(BitConverter.GetBytes(1 + (1f / 4096))), b = program.Device.Upload(BitConverter.GetBytes(1f)), c = program.Device.Alloc(4);
        BlasProgram.Ok(program.Blas.cublasGemmEx(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, (void*)a, cudaDataType.CUDA_R_32F, 1, (void*)b, cudaDataType.CUDA_R_32F, 1, &zero, (void*)c, cudaDataType.CUDA_R_32F, 1,
            cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_16F, cublasGemmAlgo_t.CUBLAS_GEMM_DEFAULT));
        Assert.Equal(expected, BitConverter.ToSingle(program.Device.Download(c, 4)));
    }
}
