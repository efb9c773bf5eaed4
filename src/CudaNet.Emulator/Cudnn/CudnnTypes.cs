using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What cuDNN's element types are.</summary>
internal static class CudnnTypes
{
    /// <summary>Types a tensor descriptor takes: FLOAT to BFLOAT16.</summary>
    public static bool IsTensorType(cudnnDataType_t type) => type is >= CUDNN_DATA_FLOAT and <= CUDNN_DATA_BFLOAT16;

    public static bool IsFilterType(cudnnDataType_t type) => IsTensorType(type) && type != CUDNN_DATA_INT32;

    /// <summary>Bytes of one element; of one vector for the vector types.</summary>
    public static int SizeOf(cudnnDataType_t type) => type switch
    {
        CUDNN_DATA_DOUBLE => 8,
        CUDNN_DATA_FLOAT or CUDNN_DATA_INT32 or CUDNN_DATA_INT8x4 or CUDNN_DATA_UINT8x4 => 4,
        CUDNN_DATA_HALF or CUDNN_DATA_BFLOAT16 => 2,
        CUDNN_DATA_INT8x32 => 32,
        _ => 1,
    };

    /// <summary>Channels in a vector; 1 for the types that are none.</summary>
    public static int VectorOf(cudnnDataType_t type) => type switch
    {
        CUDNN_DATA_INT8x4 or CUDNN_DATA_UINT8x4 => 4,
        CUDNN_DATA_INT8x32 => 32,
        _ => 1,
    };

    /// <summary>False for the vector types, which no emulated call computes with.</summary>
    public static bool TryElement(cudnnDataType_t type, out ElementType element)
    {
        element = type switch
        {
            CUDNN_DATA_FLOAT => ElementType.Float32,
            CUDNN_DATA_DOUBLE => ElementType.Float64,
            CUDNN_DATA_HALF => ElementType.Float16,
            CUDNN_DATA_BFLOAT16 => ElementType.BFloat16,
            CUDNN_DATA_INT8 => ElementType.Int8,
            CUDNN_DATA_UINT8 => ElementType.UInt8,
            _ => ElementType.Int32,
        };
        return VectorOf(type) == 1;
    }

    public static ElementType Element(cudnnDataType_t type) =>
        TryElement(type, out ElementType element) ? element : throw new ArgumentOutOfRangeException(nameof(type), type, null);
}
