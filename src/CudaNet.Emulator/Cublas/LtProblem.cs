using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Cublas;

/// <summary>A multiplication of cublasLt whose descriptors fit each other: everything that setting them did not test is tested here.</summary>
internal sealed class LtProblem
{
    private const int Relu = 2;
    private const int Bias = 4;
    private const int Gelu = 32;

    private readonly LtMatrixLayout[] _layouts;
    private readonly ElementType[] _types = new ElementType[4];

    private LtProblem(LtMatmulDescriptor descriptor, LtMatrixLayout[] layouts)
    {
        (Descriptor, _layouts) = (descriptor, layouts);
        (long rows, long depth) = Logical(layouts[0], descriptor.TransposeA);
        (Rows, Columns, Depth) = ((int)rows, (int)layouts[3].Columns, (int)depth);
    }

    public LtMatmulDescriptor Descriptor { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int Depth { get; }

    public int Batch => _layouts[3].BatchCount;

    public GemmArithmetic Arithmetic { get; private set; }

    /// <summary>Bytes that the faster algorithm wants: partial sums of a split depth.</summary>
    public long SplitWorkspace => (((long)Rows * Columns * Batch * 4 * 2) + 255) / 256 * 256;

    /// <summary>Fails with INVALID_VALUE where the arguments contradict each other, with NOT_SUPPORTED where no algorithm is.</summary>
    /// <param name="descriptor">The operation.</param>
    /// <param name="layouts">Of A, B, C and D.</param>
    /// <param name="profile">Of the device.</param>
    /// <param name="problem">Null unless the answer is success.</param>
    public static cublasStatus_t TryCreate(LtMatmulDescriptor descriptor, LtMatrixLayout[] layouts, EmulatedDeviceProfile profile, out LtProblem? problem)
    {
        problem = null;
        if (!AreSound(descriptor, layouts))
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        LtProblem made = new(descriptor, layouts);
        if (!made.Fits())
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (!GemmArithmetic.TryMake(descriptor.ComputeType, layouts[0].Type, layouts[1].Type, layouts[3].Type, default, profile, out GemmArithmetic arithmetic)
            || layouts[2].Type != layouts[3].Type || !GemmArithmetic.TryElement(descriptor.ScaleType, out ElementType scale) || scale != arithmetic.ScaleType
            || descriptor.TransposeC != cublasOperation_t.CUBLAS_OP_N || descriptor.Epilogue is not (1 or Relu or Bias or (Relu | Bias) or Gelu or (Gelu | Bias)))
        {
            return CUBLAS_STATUS_NOT_SUPPORTED;
        }

        if ((descriptor.Epilogue & Bias) != 0 && descriptor.Bias == 0)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        made.Arithmetic = arithmetic;
        for (int i = 0; i < 4; i++)
        {
            GemmArithmetic.TryElement(layouts[i].Type, out made._types[i]);
        }

        problem = made;
        return CUBLAS_STATUS_SUCCESS;
    }

    /// <summary>Matrix 0 (A) to 3 (D) at an address, as the product sees it.</summary>
    public MatrixOperand Operand(int matrix, ulong address)
    {
        LtMatrixLayout layout = _layouts[matrix];
        bool transposed = (matrix == 0 ? Descriptor.TransposeA : matrix == 1 ? Descriptor.TransposeB : 0) != cublasOperation_t.CUBLAS_OP_N;
        (long rowStride, long columnStride) = layout.Order == (int)cublasLtOrder_t.CUBLASLT_ORDER_ROW ? (layout.Leading, 1L) : (1L, layout.Leading);
        MatrixOperand stored = new(_types[matrix], address, (int)layout.Rows, (int)layout.Columns, rowStride, columnStride, layout.BatchStride);
        return transposed ? stored.Transposed : stored;
    }

    public GemmEpilogue? MakeEpilogue()
    {
        if (Descriptor.Epilogue == 1)
        {
            return null;
        }

        ElementType type = _types[3];
        if (Descriptor.BiasType >= 0)
        {
            GemmArithmetic.TryElement((cudaDataType)Descriptor.BiasType, out type);
        }

        EpilogueActivation activation = (Descriptor.Epilogue & Relu) != 0 ? EpilogueActivation.Relu
            : (Descriptor.Epilogue & Gelu) != 0 ? EpilogueActivation.Gelu : EpilogueActivation.None;
        return new GemmEpilogue(activation, (Descriptor.Epilogue & Bias) != 0 ? Descriptor.Bias : 0, type, Descriptor.BiasBatchStride);
    }

    private static bool AreSound(LtMatmulDescriptor descriptor, LtMatrixLayout[] layouts) =>
        descriptor.TransposeA is >= 0 and <= cublasOperation_t.CUBLAS_OP_C && descriptor.TransposeB is >= 0 and <= cublasOperation_t.CUBLAS_OP_C
        && descriptor.PointerMode is 0 or 1
        && layouts.All(layout => layout.Order is 0 or 1 && layout.Rows is > 0 and <= int.MaxValue && layout.Columns is > 0 and <= int.MaxValue
            && layout.Leading >= (layout.Order == 0 ? layout.Rows : layout.Columns) && layout.BatchCount > 0);

    private static (long Rows, long Columns) Logical(LtMatrixLayout layout, cublasOperation_t operation) =>
        operation == cublasOperation_t.CUBLAS_OP_N ? (layout.Rows, layout.Columns) : (layout.Columns, layout.Rows);

    private bool Fits()
    {
        (long depth, long columns) = Logical(_layouts[1], Descriptor.TransposeB);
        return depth == Depth && columns == Columns && _layouts[3].Rows == Rows && _layouts[2].Rows == Rows && _layouts[2].Columns == Columns
            && _layouts.All(layout => layout.BatchCount == Batch);
    }
}
