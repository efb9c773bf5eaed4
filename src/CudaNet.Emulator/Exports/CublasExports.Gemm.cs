using CudaNet.Emulator.Cublas;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CublasExports
{
    public static cublasStatus_t cublasSgemm_v2(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, float* alpha, float* a, int lda, float* b, int ldb, float* beta, float* c, int ldc)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSgemm_v2), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, CUDA_R_32F, lda),
            B = new(b, CUDA_R_32F, ldb),
            C = new(c, CUDA_R_32F, ldc),
            Batch = 1,
            Compute = CUBLAS_COMPUTE_32F,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasSgemm_v2_64(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, long m, long n, long k, float* alpha, float* a, long lda, float* b, long ldb, float* beta, float* c, long ldc)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSgemm_v2_64), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, CUDA_R_32F, lda),
            B = new(b, CUDA_R_32F, ldb),
            C = new(c, CUDA_R_32F, ldc),
            Batch = 1,
            Compute = CUBLAS_COMPUTE_32F,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasSgemmEx(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, float* alpha, void* a, cudaDataType aType, int lda, void* b, cudaDataType bType, int ldb, float* beta, void* c, cudaDataType cType, int ldc)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSgemmEx), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, aType, lda),
            B = new(b, bType, ldb),
            C = new(c, cType, ldc),
            Batch = 1,
            Compute = CUBLAS_COMPUTE_32F,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasHgemm(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, ushort* alpha, ushort* a, int lda, ushort* b, int ldb, ushort* beta, ushort* c, int ldc)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasHgemm), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, CUDA_R_16F, lda),
            B = new(b, CUDA_R_16F, ldb),
            C = new(c, CUDA_R_16F, ldc),
            Batch = 1,
            Compute = CUBLAS_COMPUTE_16F,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasGemmEx(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, void* alpha, void* a, cudaDataType aType, int lda, void* b, cudaDataType bType, int ldb,
        void* beta, void* c, cudaDataType cType, int ldc, cublasComputeType_t computeType, cublasGemmAlgo_t algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGemmEx), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, aType, lda),
            B = new(b, bType, ldb),
            C = new(c, cType, ldc),
            Batch = 1,
            Compute = computeType,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasGemmEx_64(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, long m, long n, long k, void* alpha, void* a, cudaDataType aType, long lda, void* b, cudaDataType bType, long ldb,
        void* beta, void* c, cudaDataType cType, long ldc, cublasComputeType_t computeType, cublasGemmAlgo_t algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGemmEx_64), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, aType, lda),
            B = new(b, bType, ldb),
            C = new(c, cType, ldc),
            Batch = 1,
            Compute = computeType,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasSgemmStridedBatched(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, float* alpha, float* a, int lda, long strideA, float* b, int ldb, long strideB,
        float* beta, float* c, int ldc, long strideC, int batchCount)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSgemmStridedBatched), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, CUDA_R_32F, lda, strideA),
            B = new(b, CUDA_R_32F, ldb, strideB),
            C = new(c, CUDA_R_32F, ldc, strideC),
            Batch = batchCount,
            Compute = CUBLAS_COMPUTE_32F,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasGemmStridedBatchedEx(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, void* alpha, void* a, cudaDataType aType, int lda, long strideA,
        void* b, cudaDataType bType, int ldb, long strideB, void* beta, void* c, cudaDataType cType, int ldc, long strideC, int batchCount, cublasComputeType_t computeType, cublasGemmAlgo_t algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGemmStridedBatchedEx), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, aType, lda, strideA),
            B = new(b, bType, ldb, strideB),
            C = new(c, cType, ldc, strideC),
            Batch = batchCount,
            Compute = computeType,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasGemmStridedBatchedEx_64(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, long m, long n, long k, void* alpha, void* a, cudaDataType aType, long lda, long strideA,
        void* b, cudaDataType bType, long ldb, long strideB, void* beta, void* c, cudaDataType cType, long ldc, long strideC, long batchCount, cublasComputeType_t computeType, cublasGemmAlgo_t algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGemmStridedBatchedEx_64), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(a, aType, lda, strideA),
            B = new(b, bType, ldb, strideB),
            C = new(c, cType, ldc, strideC),
            Batch = batchCount,
            Compute = computeType,
        }.Enqueue(call, cublas);
    }

    public static cublasStatus_t cublasGemmBatchedEx(
        nint handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k, void* alpha, void** aArray, cudaDataType aType, int lda,
        void** bArray, cudaDataType bType, int ldb, void* beta, void** cArray, cudaDataType cType, int ldc, int batchCount, cublasComputeType_t computeType, cublasGemmAlgo_t algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGemmBatchedEx), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? new GemmRequest
        {
            TransposeA = transa,
            TransposeB = transb,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = new(aArray, aType, lda),
            B = new(bArray, bType, ldb),
            C = new(cArray, cType, ldc),
            Batch = batchCount,
            ByPointers = true,
            Compute = computeType,
        }.Enqueue(call, cublas);
    }
}
