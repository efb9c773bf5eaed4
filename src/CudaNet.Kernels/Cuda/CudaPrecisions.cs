using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Kernels.Cuda;

/// <summary>What follows from a precision: the one table.</summary>
internal static class CudaPrecisions
{
    private static readonly Version Turing = new(7, 5);
    private static readonly Version Ampere = new(8, 0);

    /// <summary>The row of the tolerance table.</summary>
    public static Tolerance Tolerance(this ArithmeticPrecision precision) => Engine.Tolerance.For($"cuda {precision.ShortName()}");

    /// <summary>What an element is stored as, for cuDNN.</summary>
    public static cudnnDataType_t DataType(this ArithmeticPrecision precision) => Of(precision).Cudnn;

    /// <summary>The same for cuBLAS.</summary>
    public static cudaDataType CudaType(this ArithmeticPrecision precision) => Of(precision).Cublas;

    /// <summary>The arithmetic of cuBLAS.</summary>
    public static cublasComputeType_t ComputeType(this ArithmeticPrecision precision) => Of(precision).Compute;

    /// <summary>What the convolutions may multiply with. Without a word, cuDNN takes tf32 for fp32 values where the device has it.</summary>
    public static cudnnMathType_t MathType(this ArithmeticPrecision precision) => Of(precision).Math;

    /// <summary>The first compute capability that has it.</summary>
    public static Version Needs(this ArithmeticPrecision precision) => Of(precision).Needs;

    /// <summary>Why a device cannot compute in it, in one sentence; null where it can.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public static string? WhyNot(this ArithmeticPrecision precision, CudaDevice device) =>
        device.ComputeCapability is var own && own < precision.Needs() ? $"{precision} needs compute capability {precision.Needs()}, and {device} ({device.Name}) has {own}" : null;

    /// <summary>What the channels of a network's input are padded to a multiple of: as many as tensor cores take at a time.</summary>
    public static int InputChannels(this ArithmeticPrecision precision) => Of(precision).Channels;

    private static Row Of(ArithmeticPrecision precision) => precision switch
    {
        ArithmeticPrecision.Float32 => new(CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDNN_FMA_MATH, Turing, 1),
        ArithmeticPrecision.TensorFloat32 => new(CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDNN_DEFAULT_MATH, Ampere, 4),
        ArithmeticPrecision.Float16 => new(CUDNN_DATA_HALF, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDNN_TENSOR_OP_MATH, Turing, 8),
        ArithmeticPrecision.BFloat16 => new(CUDNN_DATA_BFLOAT16, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDNN_TENSOR_OP_MATH, Ampere, 8),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no precision"),
    };

    private readonly record struct Row(
        cudnnDataType_t Cudnn, cudaDataType Cublas, cublasComputeType_t Compute, cudnnMathType_t Math, Version Needs, int Channels);
}
