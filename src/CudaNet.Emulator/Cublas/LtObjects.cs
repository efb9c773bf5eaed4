using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatmulDescAttributes_t;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatmulPreferenceAttributes_t;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatrixLayoutAttribute_t;

namespace CudaNet.Emulator.Cublas;

/// <summary>A host object of cublasLt.</summary>
internal abstract class LtObject(LtAttributes attributes)
{
    public LtAttributes Attributes { get; } = attributes;

    protected static byte[] Bytes(int value) => BitConverter.GetBytes(value);

    protected static byte[] Bytes(long value) => BitConverter.GetBytes(value);
}

/// <summary>A cublasLtMatmulDesc_t.</summary>
internal sealed class LtMatmulDescriptor(cublasComputeType_t compute, cudaDataType scale, int generation) : LtObject(new LtAttributes(Defaults(compute, scale, generation)))
{
    public cublasComputeType_t ComputeType => (cublasComputeType_t)Attributes.Int32((int)CUBLASLT_MATMUL_DESC_COMPUTE_TYPE);

    public cudaDataType ScaleType => (cudaDataType)Attributes.Int32((int)CUBLASLT_MATMUL_DESC_SCALE_TYPE);

    public int PointerMode => Attributes.Int32((int)CUBLASLT_MATMUL_DESC_POINTER_MODE);

    public cublasOperation_t TransposeA => (cublasOperation_t)Attributes.Int32((int)CUBLASLT_MATMUL_DESC_TRANSA);

    public cublasOperation_t TransposeB => (cublasOperation_t)Attributes.Int32((int)CUBLASLT_MATMUL_DESC_TRANSB);

    public cublasOperation_t TransposeC => (cublasOperation_t)Attributes.Int32((int)CUBLASLT_MATMUL_DESC_TRANSC);

    public int Epilogue => Attributes.Int32((int)CUBLASLT_MATMUL_DESC_EPILOGUE);

    public ulong Bias => (ulong)Attributes.Int64((int)CUBLASLT_MATMUL_DESC_BIAS_POINTER);

    public long BiasBatchStride => Attributes.Int64(10);

    /// <summary>−1: the type of D.</summary>
    public int BiasType => Attributes.Int32((int)CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE);

    /// <summary>Sizes and defaults; the block-scaling attributes (31 to 38) came in 12.8, of which generation 13 has the last two.</summary>
    private static Dictionary<int, byte[]> Defaults(cublasComputeType_t compute, cudaDataType scale, int generation)
    {
        Dictionary<int, byte[]> defaults = [];
        foreach (int attribute in (int[])[2, 3, 4, 5, 15, 16, 22])
        {
            defaults[attribute] = Bytes(0);
        }

        foreach (int attribute in (int[])[8, 10, 11, 12, 13, 14, 17, 18, 19, 20, 21, 23, 24])
        {
            defaults[attribute] = Bytes(0L);
        }

        (defaults[0], defaults[1], defaults[6], defaults[7]) = (Bytes((int)compute), Bytes((int)scale), Bytes(2), Bytes(1));
        (defaults[25], defaults[26]) = ([0], Bytes(-1));
        defaults[22] = Bytes(-1);
        if (generation < 13)
        {
            (defaults[27], defaults[28], defaults[29], defaults[30]) = (Bytes(0), Bytes(0), Bytes(0L), Bytes(0L));
        }
        else
        {
            defaults[38] = Bytes(0L);
        }

        foreach (int attribute in (int[])[31, 32, 33, 34, 35, 37])
        {
            defaults[attribute] = Bytes(0);
        }

        defaults[36] = Bytes(0L);
        return defaults;
    }
}

/// <summary>A cublasLtMatrixLayout_t.</summary>
internal sealed class LtMatrixLayout(cudaDataType type, ulong rows, ulong columns, long leading) : LtObject(new LtAttributes(new Dictionary<int, byte[]>
{
    [(int)CUBLASLT_MATRIX_LAYOUT_TYPE] = Bytes((int)type),
    [(int)CUBLASLT_MATRIX_LAYOUT_ORDER] = Bytes(0),
    [(int)CUBLASLT_MATRIX_LAYOUT_ROWS] = Bytes((long)rows),
    [(int)CUBLASLT_MATRIX_LAYOUT_COLS] = Bytes((long)columns),
    [(int)CUBLASLT_MATRIX_LAYOUT_LD] = Bytes(leading),
    [(int)CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT] = Bytes(1),
    [(int)CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET] = Bytes(0L),
    [(int)CUBLASLT_MATRIX_LAYOUT_PLANE_OFFSET] = Bytes(0L),
}))
{
    public cudaDataType Type => (cudaDataType)Attributes.Int32((int)CUBLASLT_MATRIX_LAYOUT_TYPE);

    public int Order => Attributes.Int32((int)CUBLASLT_MATRIX_LAYOUT_ORDER);

    public long Rows => Attributes.Int64((int)CUBLASLT_MATRIX_LAYOUT_ROWS);

    public long Columns => Attributes.Int64((int)CUBLASLT_MATRIX_LAYOUT_COLS);

    public long Leading => Attributes.Int64((int)CUBLASLT_MATRIX_LAYOUT_LD);

    public int BatchCount => Attributes.Int32((int)CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT);

    public long BatchStride => Attributes.Int64((int)CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET);
}

/// <summary>A cublasLtMatmulPreference_t.</summary>
internal sealed class LtPreference() : LtObject(new LtAttributes(new Dictionary<int, byte[]>
{
    [(int)CUBLASLT_MATMUL_PREF_SEARCH_MODE] = Bytes(0),
    [(int)CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES] = Bytes(0L),
    [(int)CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK] = Bytes(7),
    [(int)CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES] = Bytes(256),
    [(int)CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES] = Bytes(256),
    [(int)CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES] = Bytes(256),
    [(int)CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES] = Bytes(256),
    [(int)CUBLASLT_MATMUL_PREF_MAX_WAVES_COUNT] = Bytes(0),
    [(int)CUBLASLT_MATMUL_PREF_IMPL_MASK] = Bytes(-1L),
}))
{
    public long MaxWorkspaceBytes => Attributes.Int64((int)CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);

    /// <summary>The alignment that matrix 0 (A) to 3 (D) will have, in bytes.</summary>
    public int MinAlignment(int matrix) => Attributes.Int32((int)CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES + matrix);
}
