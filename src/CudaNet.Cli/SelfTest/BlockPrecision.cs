using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Cli.SelfTest;

/// <summary>How a block's values are stored, and what its convolutions multiply with.</summary>
internal enum BlockPrecision
{
    /// <summary>fp32 values, fused multiply-adds in fp32.</summary>
    Float32,

    /// <summary>fp32 values, products of operands rounded to 10 bits of mantissa.</summary>
    TensorFloat32,

    /// <summary>fp16 values, sums in fp32.</summary>
    Float16,

    /// <summary>bf16 values, sums in fp32.</summary>
    BFloat16,
}

/// <summary>What follows from a precision.</summary>
internal static class BlockPrecisions
{
    /// <summary>The row of the tolerance table.</summary>
    public static Tolerance Tolerance(this BlockPrecision precision) => Engine.Tolerance.For($"cuda {precision.Text()}");

    /// <summary>Its short name.</summary>
    public static string Text(this BlockPrecision precision) => Of(precision).Text;

    /// <inheritdoc cref="Text(BlockPrecision)"/>
    public static string Text(this StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => "fp32",
        StoragePrecision.Float16 => "fp16",
        StoragePrecision.BFloat16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no precision"),
    };

    public static StoragePrecision Storage(this BlockPrecision precision) => Of(precision).Storage;

    public static cudnnDataType_t DataType(this BlockPrecision precision) => Of(precision).Cudnn;

    /// <summary>The same for cuBLAS.</summary>
    public static cudaDataType CudaType(this BlockPrecision precision) => Of(precision).Cublas;

    /// <summary>The arithmetic of cuBLAS.</summary>
    public static cublasComputeType_t ComputeType(this BlockPrecision precision) => Of(precision).Compute;

    /// <summary>What the convolutions may multiply with. Without a word, cuDNN takes tf32 for fp32 values where the device has it.</summary>
    public static cudnnMathType_t MathType(this BlockPrecision precision) => Of(precision).Math;

    private static Row Of(BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float32 => new("fp32", StoragePrecision.Float32, CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDNN_FMA_MATH),
        BlockPrecision.TensorFloat32 => new("tf32", StoragePrecision.Float32, CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDNN_DEFAULT_MATH),
        BlockPrecision.Float16 => new("fp16", StoragePrecision.Float16, CUDNN_DATA_HALF, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDNN_TENSOR_OP_MATH),
        BlockPrecision.BFloat16 => new("bf16", StoragePrecision.BFloat16, CUDNN_DATA_BFLOAT16, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDNN_TENSOR_OP_MATH),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no precision"),
    };

    private readonly record struct Row(
        string Text, StoragePrecision Storage, cudnnDataType_t Cudnn, cudaDataType Cublas, cublasComputeType_t Compute, cudnnMathType_t Math);
}
