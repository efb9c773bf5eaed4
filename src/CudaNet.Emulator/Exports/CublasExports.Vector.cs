using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Cublas;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CublasExports
{
    public static cublasStatus_t cublasSgemv_v2(
        nint handle, cublasOperation_t trans, int m, int n, float* alpha, float* a, int lda, float* x, int incx, float* beta, float* y, int incy)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSgemv_v2), handle);
        if (call.Find(handle, out EmulatedCublasHandle cublas) is { } refused)
        {
            return refused;
        }

        if (trans is < cublasOperation_t.CUBLAS_OP_N or > cublasOperation_t.CUBLAS_OP_C || m < 0 || n < 0 || lda < Math.Max(1, m) || incx == 0 || incy == 0)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (m == 0 || n == 0)
        {
            return CUBLAS_STATUS_SUCCESS;
        }

        if (alpha == null || beta == null || a == null || x == null || y == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (call.RefuseScalars(cublas.ScalarsOnDevice, alpha, beta) is { } misplaced)
        {
            return misplaced;
        }

        bool transposed = trans != cublasOperation_t.CUBLAS_OP_N;
        (int rows, int columns) = transposed ? (n, m) : (m, n);
        return CublasCall.Enqueue(cublas.Stream, new GemvOperation(
            MatrixOperand.ColumnMajor(ElementType.Float32, (ulong)a, rows, columns, lda, transposed), new VectorOperand((ulong)x, columns, incx), new VectorOperand((ulong)y, rows, incy),
            Scalar.At(alpha, ElementType.Float32, cublas.ScalarsOnDevice), Scalar.At(beta, ElementType.Float32, cublas.ScalarsOnDevice)), null);
    }

    public static cublasStatus_t cublasSaxpy_v2(nint handle, int n, float* alpha, float* x, int incx, float* y, int incy)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSaxpy_v2), handle);
        if (call.Find(handle, out EmulatedCublasHandle cublas) is { } refused)
        {
            return refused;
        }

        if (n <= 0)
        {
            return CUBLAS_STATUS_SUCCESS;
        }

        if (alpha == null || x == null || y == null || incx == 0 || incy == 0)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (call.RefuseScalars(cublas.ScalarsOnDevice, alpha, null) is { } misplaced)
        {
            return misplaced;
        }

        return CublasCall.Enqueue(cublas.Stream, new AxpyOperation(
            new VectorOperand((ulong)x, n, incx), new VectorOperand((ulong)y, n, incy), Scalar.At(alpha, ElementType.Float32, cublas.ScalarsOnDevice)), null);
    }
}
