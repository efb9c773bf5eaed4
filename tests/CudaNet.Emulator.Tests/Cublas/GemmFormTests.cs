using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Cublas.GemmCase;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cublasGemmAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>Every form in which cuBLAS multiplies matrices, against plain loops.</summary>
public sealed unsafe class GemmFormTests
{
    private const int Batch = 3;

    private delegate cublasStatus_t Form(BlasProgram program, ulong a, ulong b, ulong c);

    [Fact]
    public void Sgemm_with_sizes_of_64_bits_multiplies() => Check(1, ElementType.Float32, ElementType.Float32, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, float*, ulong, long, ulong, long, float*, ulong, long, cublasStatus_t>)program.Raw("cublasSgemm_v2_64");
        return call(program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, Lda, b, Ldb, &beta, c, Ldc);
    });

    [Fact]
    public void GemmEx_with_sizes_of_64_bits_multiplies() => Check(1, ElementType.Float16, ElementType.Float32, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, void*, ulong, cudaDataType, long, ulong, cudaDataType, long, void*, ulong, cudaDataType, long, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)program.Raw("cublasGemmEx_64");
        return call(program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, CUDA_R_16F, Lda, b, CUDA_R_16F, Ldb, &beta, c, CUDA_R_32F, Ldc, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
    });

    [Theory]
    [InlineData((int)ElementType.Float32, (int)CUDA_R_32F)]
    [InlineData((int)ElementType.Float16, (int)CUDA_R_16F)]
    [InlineData((int)ElementType.BFloat16, (int)CUDA_R_16BF)]
    [InlineData((int)ElementType.Int8, (int)CUDA_R_8I)]
    public void SgemmEx_reads_other_types(int element, int type) => Check(1, (ElementType)element, ElementType.Float32, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, ulong, cudaDataType, int, ulong, cudaDataType, int, float*, ulong, cudaDataType, int, cublasStatus_t>)program.Raw("cublasSgemmEx");
        return call(program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, (cudaDataType)type, Lda, b, (cudaDataType)type, Ldb, &beta, c, CUDA_R_32F, Ldc);
    });

    [Fact]
    public void Hgemm_takes_its_factors_in_half_precision() => Check(1, ElementType.Float16, ElementType.Float16, (program, a, b, c) =>
    {
        Half alpha = (Half)Alpha, beta = (Half)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, Half*, ulong, int, ulong, int, Half*, ulong, int, cublasStatus_t>)program.Raw("cublasHgemm");
        return call(program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, Lda, b, Ldb, &beta, c, Ldc);
    });

    [Fact]
    public void Sgemm_multiplies_matrices_at_equal_distances() => Check(Batch, ElementType.Float32, ElementType.Float32, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, ulong, int, long, ulong, int, long, float*, ulong, int, long, int, cublasStatus_t>)program.Raw("cublasSgemmStridedBatched");
        return call(program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, Lda, StrideA, b, Ldb, StrideB, &beta, c, Ldc, StrideC, Batch);
    });

    [Fact]
    public void GemmEx_multiplies_matrices_at_equal_distances() => Check(Batch, ElementType.BFloat16, ElementType.BFloat16, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        return program.Blas.cublasGemmStridedBatchedEx(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, (void*)a, CUDA_R_16BF, Lda, StrideA, (void*)b, CUDA_R_16BF, Ldb, StrideB,
            &beta, (void*)c, CUDA_R_16BF, Ldc, StrideC, Batch, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
    });

    [Fact]
    public void GemmEx_with_sizes_of_64_bits_multiplies_matrices_at_equal_distances() => Check(Batch, ElementType.Float64, ElementType.Float64, (program, a, b, c) =>
    {
        double alpha = Alpha, beta = Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, void*, ulong, cudaDataType, long, long, ulong, cudaDataType, long, long, void*, ulong, cudaDataType, long, long, long, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)program.Raw("cublasGemmStridedBatchedEx_64");
        return call(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, a, CUDA_R_64F, Lda, StrideA, b, CUDA_R_64F, Ldb, StrideB,
            &beta, c, CUDA_R_64F, Ldc, StrideC, Batch, CUBLAS_COMPUTE_64F, CUBLAS_GEMM_DEFAULT);
    });

    [Fact]
    public void GemmEx_multiplies_matrices_whose_addresses_lie_on_the_device() => Check(Batch, ElementType.Float32, ElementType.Float32, (program, a, b, c) =>
    {
        float alpha = (float)Alpha, beta = (float)Beta;
        var call = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, ulong, cudaDataType, int, ulong, cudaDataType, int, void*, ulong, cudaDataType, int, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)program.Raw("cublasGemmBatchedEx");
        return call(
            program.Handle, CUBLAS_OP_N, CUBLAS_OP_T, M, N, K, &alpha, Addresses(program, a, StrideA), CUDA_R_32F, Lda, Addresses(program, b, StrideB), CUDA_R_32F, Ldb,
            &beta, Addresses(program, c, StrideC), CUDA_R_32F, Ldc, Batch, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
    });

    [Theory]
    [InlineData(-1, 5, 3, 8, 3, 8, 7)]
    [InlineData(8, 5, 3, 7, 3, 8, 7)]
    [InlineData(8, 5, 3, 8, 2, 8, 7)]
    [InlineData(8, 5, 3, 8, 3, 7, 7)]
    [InlineData(8, 0, 3, 8, 3, 8, 0)]
    public void Sizes_and_distances_that_do_not_fit_are_invalid(int m, int n, int k, int lda, int ldb, int ldc, int status)
    {
        using BlasProgram program = new();
        float one = 1;
        ulong memory = program.Device.Alloc(1 << 12);
        Assert.Equal(status, (int)program.Blas.cublasSgemm_v2(program.Handle, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &one, (float*)memory, lda, (float*)memory, ldb, &one, (float*)memory, ldc));
    }

    private static ulong Addresses(BlasProgram program, ulong first, long stride) =>
        program.Device.Upload([.. Enumerable.Range(0, Batch).SelectMany(i => BitConverter.GetBytes(first + (ulong)(i * stride * sizeof(float))))]);

    private static void Check(int batch, ElementType input, ElementType output, Form form)
    {
        using BlasProgram program = new();
        GemmCase matrices = new(batch, input, output);
        ulong c = program.Device.Upload(matrices.C.ToBytes());
        BlasProgram.Ok(form(program, program.Device.Upload(matrices.A.ToBytes()), program.Device.Upload(matrices.B.ToBytes()), c));
        Assert.Equal(matrices.Expected(), matrices.C.Decode(program.Device.Download(c, matrices.C.Bytes)));
        Assert.Empty(program.Device.Machine.Findings);
    }
}
