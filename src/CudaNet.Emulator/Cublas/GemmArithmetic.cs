using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Cublas;

/// <summary>
/// How a product is computed: what operands are rounded to, in what and in which order the sums are held (in double precision for integers too,
/// where it is exact), and the type of α and β.
/// </summary>
internal readonly record struct GemmArithmetic(bool InDouble, OperandRounding Rounding, Accumulation Order, ElementType ScaleType)
{
    private const cudaDataType ByteInput = CUDA_R_8I;

    /// <summary>False: cuBLAS does not support the combination.</summary>
    public static bool TryMake(
        cublasComputeType_t compute, cudaDataType a, cudaDataType b, cudaDataType c, cublasMath_t math, EmulatedDeviceProfile profile, out GemmArithmetic arithmetic)
    {
        arithmetic = default;
        if (a != b || (profile.Major < 8 && (a == CUDA_R_16BF || c == CUDA_R_16BF)))
        {
            return false;
        }

        Accumulation standard = Accumulation.Standard;
        switch (compute)
        {
            case CUBLAS_COMPUTE_16F or CUBLAS_COMPUTE_16F_PEDANTIC:
                arithmetic = new GemmArithmetic(false, OperandRounding.None, Accumulation.Half, ElementType.Float16);
                return a == CUDA_R_16F && c == CUDA_R_16F;
            case CUBLAS_COMPUTE_64F or CUBLAS_COMPUTE_64F_PEDANTIC:
                arithmetic = new GemmArithmetic(true, OperandRounding.None, standard, ElementType.Float64);
                return a == CUDA_R_64F && c == CUDA_R_64F;
            case CUBLAS_COMPUTE_32I or CUBLAS_COMPUTE_32I_PEDANTIC:
                arithmetic = new GemmArithmetic(true, OperandRounding.None, standard, ElementType.Int32);
                return a == ByteInput && c == CUDA_R_32I;
            case CUBLAS_COMPUTE_32F or CUBLAS_COMPUTE_32F_PEDANTIC:
                bool tf32 = compute == CUBLAS_COMPUTE_32F && a == CUDA_R_32F && profile is { Major: >= 8, HasTensorCores: true }
                    && ((int)math & 0xF) == (int)cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH;
                arithmetic = new GemmArithmetic(false, tf32 ? OperandRounding.TensorFloat32 : OperandRounding.None, standard, ElementType.Float32);
                return (a, c) is (CUDA_R_32F, CUDA_R_32F) or (CUDA_R_16F, CUDA_R_16F or CUDA_R_32F) or (CUDA_R_16BF, CUDA_R_16BF or CUDA_R_32F)
                    or (ByteInput, CUDA_R_32F);
            case CUBLAS_COMPUTE_32F_FAST_16F or CUBLAS_COMPUTE_32F_FAST_16BF or CUBLAS_COMPUTE_32F_FAST_TF32:
                arithmetic = new GemmArithmetic(false, Fast(compute, math, profile), standard, ElementType.Float32);
                return a == CUDA_R_32F && c == CUDA_R_32F;
            default:
                return false;
        }
    }

    /// <summary>False: not a type that an emulated product reads or writes.</summary>
    public static bool TryElement(cudaDataType type, out ElementType element)
    {
        element = type switch
        {
            CUDA_R_64F => ElementType.Float64,
            CUDA_R_16F => ElementType.Float16,
            CUDA_R_16BF => ElementType.BFloat16,
            CUDA_R_8I => ElementType.Int8,
            CUDA_R_32I => ElementType.Int32,
            _ => ElementType.Float32,
        };
        return type is CUDA_R_32F or CUDA_R_64F or CUDA_R_16F or CUDA_R_16BF or CUDA_R_8I or CUDA_R_32I;
    }

    /// <summary>Pedantic math forbids the fast types, and without tensor cores there are none; before 8.0 only half precision is there.</summary>
    private static OperandRounding Fast(cublasComputeType_t compute, cublasMath_t math, EmulatedDeviceProfile profile) =>
        ((int)math & 0xF) == (int)cublasMath_t.CUBLAS_PEDANTIC_MATH || !profile.HasTensorCores ? OperandRounding.None
        : compute == CUBLAS_COMPUTE_32F_FAST_16F ? OperandRounding.Float16
        : profile.Major < 8 ? OperandRounding.None
        : compute == CUBLAS_COMPUTE_32F_FAST_16BF ? OperandRounding.BFloat16
        : OperandRounding.TensorFloat32;
}
