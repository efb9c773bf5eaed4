using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasOperation_t;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Cublas;

/// <summary>One column-major matrix as the caller gives it.</summary>
internal readonly unsafe struct GemmMatrix(void* pointer, cudaDataType type, long leading, long stride = 0)
{
    public ulong Address => (ulong)pointer;

    public cudaDataType Type => type;

    public long Leading => leading;

    public long Stride => stride;
}

/// <summary>The arguments of any of cuBLAS's products: C = α·op(A)·op(B) + β·C.</summary>
internal readonly unsafe ref struct GemmRequest
{
    public cublasOperation_t TransposeA { get; init; }

    public cublasOperation_t TransposeB { get; init; }

    public long M { get; init; }

    public long N { get; init; }

    public long K { get; init; }

    public void* Alpha { get; init; }

    public void* Beta { get; init; }

    public GemmMatrix A { get; init; }

    public GemmMatrix B { get; init; }

    public GemmMatrix C { get; init; }

    public long Batch { get; init; }

    /// <summary>Whether A, B and C are arrays of pointers on the device.</summary>
    public bool ByPointers { get; init; }

    public cublasComputeType_t Compute { get; init; }

    public cublasStatus_t Enqueue(CublasCall call, EmulatedCublasHandle cublas)
    {
        if (!AreSound())
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (!GemmArithmetic.TryElement(A.Type, out ElementType a) || !GemmArithmetic.TryElement(C.Type, out ElementType c)
            || !GemmArithmetic.TryMake(Compute, A.Type, B.Type, C.Type, cublas.Math, cublas.Profile, out GemmArithmetic arithmetic)
            || M * N > int.MaxValue || M * K > int.MaxValue || K * N > int.MaxValue)
        {
            return CUBLAS_STATUS_NOT_SUPPORTED;
        }

        if (M == 0 || N == 0 || Batch == 0)
        {
            return CUBLAS_STATUS_SUCCESS;
        }

        if (Alpha == null || Beta == null || C.Address == 0 || (K > 0 && (A.Address == 0 || B.Address == 0)))
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (call.RefuseScalars(cublas.ScalarsOnDevice, Alpha, Beta) is { } misplaced)
        {
            return misplaced;
        }

        if (cublas.UsesPool && cublas.Stream.Capture is not null && call.Machine.Options.FlagNonsense)
        {
            call.Find(
                CUBLAS_STATUS_SUCCESS,
                FindingKind.Workspace,
                $"{cublas.Stream.Name} captures, and no cublasSetWorkspace followed the last cublasSetStream, which resets the workspace: the graph would depend on the library's own.");
        }

        Scalar alpha = Scalar.At(Alpha, arithmetic.ScaleType, cublas.ScalarsOnDevice);
        Scalar beta = Scalar.At(Beta, arithmetic.ScaleType, cublas.ScalarsOnDevice);
        MatrixOperand left = Operand(A, a, M, K, TransposeA);
        MatrixOperand right = Operand(B, a, K, N, TransposeB);
        MatrixOperand result = Operand(C, c, M, N, CUBLAS_OP_N);
        WorkspaceClaim? claim = cublas.Workspace == 0 || cublas.WorkspaceBytes == 0 ? null : new WorkspaceClaim(call.Name, cublas.Workspace, cublas.WorkspaceBytes);
        return CublasCall.Enqueue(cublas.Stream, new GemmOperation(call.Name, arithmetic, left, right, result, result, (int)Batch, alpha, beta), claim);
    }

    private bool AreSound()
    {
        (long rowsOfA, long rowsOfB) = (TransposeA == CUBLAS_OP_N ? M : K, TransposeB == CUBLAS_OP_N ? K : N);
        return TransposeA is >= CUBLAS_OP_N and <= CUBLAS_OP_C && TransposeB is >= CUBLAS_OP_N and <= CUBLAS_OP_C
            && M is >= 0 and <= int.MaxValue && N is >= 0 and <= int.MaxValue && K is >= 0 and <= int.MaxValue && Batch is >= 0 and <= int.MaxValue
            && A.Leading >= Math.Max(1, rowsOfA) && B.Leading >= Math.Max(1, rowsOfB) && C.Leading >= Math.Max(1, M);
    }

    private MatrixOperand Operand(GemmMatrix matrix, ElementType type, long rows, long columns, cublasOperation_t operation) =>
        MatrixOperand.ColumnMajor(type, matrix.Address, (int)rows, (int)columns, matrix.Leading, operation != CUBLAS_OP_N) with
        {
            BatchStride = matrix.Stride,
            IsPointerArray = ByPointers,
        };
}
