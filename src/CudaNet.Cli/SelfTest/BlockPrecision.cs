using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

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
    public static Tolerance Tolerance(this BlockPrecision precision) => Engine.Tolerance.For(precision switch
    {
        BlockPrecision.Float32 => "cuda fp32",
        BlockPrecision.TensorFloat32 => "cuda tf32",
        BlockPrecision.Float16 => "cuda fp16",
        _ => "cuda bf16",
    });

    /// <summary>Its short name.</summary>
    public static string Text(this BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float32 => "fp32",
        BlockPrecision.TensorFloat32 => "tf32",
        BlockPrecision.Float16 => "fp16",
        _ => "bf16",
    };

    /// <inheritdoc cref="Text(BlockPrecision)"/>
    public static string Text(this StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => "fp32",
        StoragePrecision.Float16 => "fp16",
        _ => "bf16",
    };

    public static StoragePrecision Storage(this BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float16 => StoragePrecision.Float16,
        BlockPrecision.BFloat16 => StoragePrecision.BFloat16,
        _ => StoragePrecision.Float32,
    };

    public static cudnnDataType_t DataType(this BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float16 => cudnnDataType_t.CUDNN_DATA_HALF,
        BlockPrecision.BFloat16 => cudnnDataType_t.CUDNN_DATA_BFLOAT16,
        _ => cudnnDataType_t.CUDNN_DATA_FLOAT,
    };

    /// <summary>The same for cuBLAS.</summary>
    public static cudaDataType CudaType(this BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float16 => cudaDataType.CUDA_R_16F,
        BlockPrecision.BFloat16 => cudaDataType.CUDA_R_16BF,
        _ => cudaDataType.CUDA_R_32F,
    };

    /// <summary>The arithmetic of cuBLAS.</summary>
    public static cublasComputeType_t ComputeType(this BlockPrecision precision) =>
        precision == BlockPrecision.TensorFloat32 ? cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_TF32 : cublasComputeType_t.CUBLAS_COMPUTE_32F;

    /// <summary>What the convolutions may multiply with. Without a word, cuDNN takes tf32 for fp32 values where the device has it.</summary>
    public static cudnnMathType_t MathType(this BlockPrecision precision) => precision switch
    {
        BlockPrecision.Float32 => cudnnMathType_t.CUDNN_FMA_MATH,
        BlockPrecision.TensorFloat32 => cudnnMathType_t.CUDNN_DEFAULT_MATH,
        _ => cudnnMathType_t.CUDNN_TENSOR_OP_MATH,
    };
}
