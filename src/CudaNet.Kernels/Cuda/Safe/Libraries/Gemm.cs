using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>The form of a multiplication of column-major matrices: op(A) is M×K, op(B) is K×N, C is M×N.</summary>
/// <param name="TransA">Whether A is stored transposed.</param>
/// <param name="TransB">Whether B is stored transposed.</param>
/// <param name="M">Rows of C.</param>
/// <param name="N">Columns of C.</param>
/// <param name="K">Length of the sums.</param>
/// <param name="Lda">Elements from one stored column of A to the next.</param>
/// <param name="Ldb">The same of B.</param>
/// <param name="Ldc">The same of C.</param>
internal readonly record struct Gemm(cublasOperation_t TransA, cublasOperation_t TransB, int M, int N, int K, int Lda, int Ldb, int Ldc)
{
    /// <summary>A fully connected layer: row-major y[batch, outputs] = x[batch, inputs] · Wᵀ with W[outputs, inputs]. A is W, B is x, C is y.</summary>
    public static Gemm FullyConnected(int batch, int inputs, int outputs) =>
        new(cublasOperation_t.CUBLAS_OP_T, cublasOperation_t.CUBLAS_OP_N, outputs, batch, inputs, inputs, inputs, outputs);

    public override string ToString() =>
        $"{M}×{N}×{K}, A{(TransA == cublasOperation_t.CUBLAS_OP_N ? "" : "ᵀ")} ld {Lda}, B{(TransB == cublasOperation_t.CUBLAS_OP_N ? "" : "ᵀ")} ld {Ldb}, C ld {Ldc}";
}
