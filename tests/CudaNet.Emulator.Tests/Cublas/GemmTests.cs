using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>The products of cuBLAS against plain loops, and their modes.</summary>
public sealed unsafe class GemmTests
{
    private const int M = 37;
    private const int N = 19;
    private const int K = 301;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    public void Sgemm_multiplies_in_every_orientation(int transposeA, int transposeB)
    {
        using BlasProgram program = new();
        HostTensor a = transposeA == 0 ? BlasProgram.Matrix(1, ElementType.Float32, M, K) : BlasProgram.Matrix(1, ElementType.Float32, K, M);
        HostTensor b = transposeB == 0 ? BlasProgram.Matrix(2, ElementType.Float32, K, N) : BlasProgram.Matrix(2, ElementType.Float32, N, K);
        HostTensor c = BlasProgram.Matrix(3, ElementType.Float32, M, N);
        ulong result = program.Device.Upload(c.ToBytes());
        float alpha = 2, beta = 0.5f;
        BlasProgram.Ok(program.Blas.cublasSgemm_v2(
            program.Handle, (cublasOperation_t)transposeA, (cublasOperation_t)transposeB, M, N, K, &alpha, (float*)program.Device.Upload(a.ToBytes()), transposeA == 0 ? M : K,
            (float*)program.Device.Upload(b.ToBytes()), transposeB == 0 ? K : N, &beta, (float*)result, M));
        double[] expected = new double[M * N];
        for (int i = 0; i < expected.Length; i++)
        {
            (int column, int row) = Math.DivRem(i, M);
            expected[i] = 0.5 * c.Values[i];
            for (int k = 0; k < K; k++)
            {
                expected[i] += 2 * a.Values[transposeA == 0 ? (k * M) + row : (row * K) + k] * b.Values[transposeB == 0 ? (column * K) + k : (k * N) + column];
            }
        }

        Closeness.AssertClose(expected, c.Decode(program.Device.Download(result, c.Bytes)));
    }

    [Theory]
    [InlineData((int)CUDA_R_16F, (int)CUDA_R_16F, (int)CUBLAS_COMPUTE_32F)]
    [InlineData((int)CUDA_R_16F, (int)CUDA_R_32F, (int)CUBLAS_COMPUTE_32F)]
    [InlineData((int)CUDA_R_16BF, (int)CUDA_R_16BF, (int)CUBLAS_COMPUTE_32F)]
    [InlineData((int)CUDA_R_16BF, (int)CUDA_R_32F, (int)CUBLAS_COMPUTE_32F)]
    [InlineData((int)CUDA_R_32F, (int)CUDA_R_32F, (int)CUBLAS_COMPUTE_32F_PEDANTIC)]
    [InlineData((int)CUDA_R_64F, (int)CUDA_R_64F, (int)CUBLAS_COMPUTE_64F)]
    [InlineData((int)CUDA_R_8I, (int)CUDA_R_32I, (int)CUBLAS_COMPUTE_32I)]
    public void Each_combination_of_types_gives_the_rounded_product(int input, int output, int compute)
    {
        using BlasProgram program = new();
        (double[] expected, double[] actual, cublasStatus_t status) = Run(program, (cudaDataType)input, (cudaDataType)output, (cublasComputeType_t)compute);
        BlasProgram.Ok(status);
        Closeness.AssertClose(expected, actual, (cudaDataType)output switch
        {
            CUDA_R_16F => Closeness.Call(StoragePrecision.Float16),
            CUDA_R_16BF => Closeness.Call(StoragePrecision.BFloat16),
            CUDA_R_64F => Closeness.Double,
            CUDA_R_32I => Closeness.Exact,
            _ => Closeness.Call(),
        });
    }

    [Fact]
    public void Only_asked_for_rounding_makes_a_difference_to_float()
    {
        using BlasProgram program = new();
        double[] exact = Run(program, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F).Actual;
        double[] tensor = Run(program, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32).Actual;
        Assert.NotEqual(exact, tensor);
        BlasProgram.Ok(program.Blas.cublasSetMathMode(program.Handle, cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH));
        Assert.Equal(tensor, Run(program, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F).Actual);
        Assert.Equal(exact, Run(program, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_PEDANTIC).Actual);
        BlasProgram.Ok(program.Blas.cublasSetMathMode(program.Handle, cublasMath_t.CUBLAS_PEDANTIC_MATH));
        Assert.Equal(exact, Run(program, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32).Actual);
    }

    [Theory]
    [InlineData((int)CUDA_R_16F, (int)CUDA_R_64F, (int)CUBLAS_COMPUTE_32F)]
    [InlineData((int)CUDA_R_32F, (int)CUDA_R_32F, (int)CUBLAS_COMPUTE_16F)]
    [InlineData((int)CUDA_R_8I, (int)CUDA_R_8I, (int)CUBLAS_COMPUTE_32I)]
    public void Other_combinations_are_not_supported(int input, int output, int compute)
    {
        using BlasProgram program = new();
        Assert.Equal(15, (int)Run(program, (cudaDataType)input, (cudaDataType)output, (cublasComputeType_t)compute).Status);
    }

    [Fact]
    public void Scalars_on_the_device_are_read_when_the_product_runs()
    {
        using BlasProgram program = new();
        BlasProgram.Ok(program.Blas.cublasSetPointerMode_v2(program.Handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
        ulong scalars = program.Device.Upload([.. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(0f)]);
        ulong a = program.Device.Upload(BitConverter.GetBytes(5f));
        ulong c = program.Device.Alloc(4);
        BlasProgram.Ok(program.Blas.cublasSgemm_v2(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, (float*)scalars, (float*)a, 1, (float*)a, 1, (float*)(scalars + 4), (float*)c, 1));
        Assert.Equal(75f, BitConverter.ToSingle(program.Device.Download(c, 4)));
    }

    [Fact]
    public void Bad_arguments_handles_and_workspaces_answer_as_the_real_library()
    {
        using BlasProgram program = new();
        float one = 1;
        Assert.Equal(1, (int)program.Blas.cublasSgemm_v2(0, CUBLAS_OP_N, CUBLAS_OP_N, -1, 1, 1, &one, null, 1, null, 1, &one, null, 1));
        Assert.Equal(7, (int)program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, -1, 1, 1, &one, null, 1, null, 1, &one, null, 1));
        Assert.Equal(7, (int)program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 4, 1, 1, &one, null, 3, null, 1, &one, null, 4));
        Assert.Equal(0, (int)program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, 0, 1, 1, &one, null, 1, null, 1, &one, null, 1));
        Assert.Equal(1, (int)program.Blas.cublasDestroy_v2(0));
        ulong workspace = program.Device.Alloc(1 << 16);
        Assert.Equal(7, (int)program.Blas.cublasSetWorkspace_v2(program.Handle, (void*)(workspace + 64), 1024));
        Assert.Equal(0, (int)program.Blas.cublasSetWorkspace_v2(program.Handle, (void*)workspace, 1 << 16));
        Assert.Equal(7, (int)program.Blas.cublasGetVersion_v2(0, null));
    }

    [Theory]
    [InlineData(12, 120804)]
    [InlineData(13, 130100)]
    public void The_version_follows_the_generation(int major, int version)
    {
        using BlasProgram program = new(new EmulatorOptions { CublasMajor = major });
        int answered;
        BlasProgram.Ok(program.Blas.cublasGetVersion_v2(0, &answered));
        Assert.Equal(version, answered);
        Assert.Equal((nuint)version, program.Lt.cublasLtGetVersion());
    }

    private static (double[] Expected, double[] Actual, cublasStatus_t Status) Run(BlasProgram program, cudaDataType input, cudaDataType output, cublasComputeType_t compute)
    {
        HostTensor a = BlasProgram.Matrix(1, Element(input), M, K);
        HostTensor b = BlasProgram.Matrix(2, Element(input), K, N);
        HostTensor c = BlasProgram.Matrix(3, Element(output), M, N);
        ulong result = program.Device.Alloc(c.Bytes);
        long one = compute switch { CUBLAS_COMPUTE_64F => BitConverter.DoubleToInt64Bits(1), CUBLAS_COMPUTE_32I => 1, _ => BitConverter.SingleToInt32Bits(1) };
        long zero = 0;
        cublasStatus_t status = program.Blas.cublasGemmEx(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, M, N, K, &one, (void*)program.Device.Upload(a.ToBytes()), input, M, (void*)program.Device.Upload(b.ToBytes()), input, K,
            &zero, (void*)result, output, M, compute, cublasGemmAlgo_t.CUBLAS_GEMM_DEFAULT);
        double[] expected = new double[M * N];
        for (int i = 0; i < expected.Length; i++)
        {
            (int column, int row) = Math.DivRem(i, M);
            expected[i] = Enumerable.Range(0, K).Sum(k => a.Values[(k * M) + row] * b.Values[(column * K) + k]);
        }

        return (expected, status == 0 ? c.Decode(program.Device.Download(result, c.Bytes)) : [], status);
    }

    private static ElementType Element(cudaDataType type) => type switch
    {
        CUDA_R_16F => ElementType.Float16,
        CUDA_R_16BF => ElementType.BFloat16,
        CUDA_R_64F => ElementType.Float64,
        CUDA_R_8I => ElementType.Int8,
        CUDA_R_32I => ElementType.Int32,
        _ => ElementType.Float32,
    };
}
