using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The two numberings of cuDNN's answers.</summary>
internal static class CudnnStatuses
{
    private static readonly string[] NamesOf8 =
    [
        nameof(CUDNN_STATUS_SUCCESS), nameof(CUDNN_STATUS_NOT_INITIALIZED), nameof(CUDNN_STATUS_ALLOC_FAILED), nameof(CUDNN_STATUS_BAD_PARAM),
        nameof(CUDNN_STATUS_INTERNAL_ERROR), nameof(CUDNN_STATUS_INVALID_VALUE), nameof(CUDNN_STATUS_ARCH_MISMATCH), nameof(CUDNN_STATUS_MAPPING_ERROR),
        nameof(CUDNN_STATUS_EXECUTION_FAILED), nameof(CUDNN_STATUS_NOT_SUPPORTED), nameof(CUDNN_STATUS_LICENSE_ERROR),
        nameof(CUDNN_STATUS_RUNTIME_PREREQUISITE_MISSING), nameof(CUDNN_STATUS_RUNTIME_IN_PROGRESS), nameof(CUDNN_STATUS_RUNTIME_FP_OVERFLOW),
        nameof(CUDNN_STATUS_VERSION_MISMATCH),
    ];

    /// <summary>A status in the numbers that a version of the library uses.</summary>
    /// <param name="status">In the numbers of version 9.</param>
    /// <param name="version">8 or 9.</param>
    public static cudnnStatus_t In(cudnnStatus_t status, int version) => version >= 9 ? status : (cudnnStatus_t)In8(status);

    /// <summary>The enumerator's spelling in that version.</summary>
    public static string Name(int status, int version)
    {
        const string Unknown = "CUDNN_UNKNOWN_STATUS";
        if (version < 9)
        {
            return status >= 0 && status < NamesOf8.Length ? NamesOf8[status] : Unknown;
        }

        return (cudnnStatus_t)status switch
        {
            CUDNN_STATUS_VERSION_MISMATCH => "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
            CUDNN_STATUS_ARCH_MISMATCH => "CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH",
            CUDNN_STATUS_RUNTIME_PREREQUISITE_MISSING => "CUDNN_STATUS_NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING",
            CUDNN_STATUS_ALLOC_FAILED => "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
            CUDNN_STATUS_MAPPING_ERROR => "CUDNN_STATUS_INTERNAL_ERROR_TEXTURE_CREATION_FAILED",
            _ => Enum.GetName((cudnnStatus_t)status) ?? Unknown,
        };
    }

    private static int In8(cudnnStatus_t status) => status switch
    {
        CUDNN_STATUS_SUCCESS => 0,
        CUDNN_STATUS_NOT_INITIALIZED => 1,
        CUDNN_STATUS_ALLOC_FAILED or CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED => 2,
        CUDNN_STATUS_INVALID_VALUE => 5,
        CUDNN_STATUS_ARCH_MISMATCH => 6,
        CUDNN_STATUS_MAPPING_ERROR => 7,
        CUDNN_STATUS_LICENSE_ERROR => 10,
        CUDNN_STATUS_RUNTIME_PREREQUISITE_MISSING => 11,
        CUDNN_STATUS_RUNTIME_IN_PROGRESS => 12,
        CUDNN_STATUS_RUNTIME_FP_OVERFLOW => 13,
        CUDNN_STATUS_VERSION_MISMATCH => 14,
        _ => ((int)status / 1000) switch
        {
            2 => 3,
            3 => 9,
            5 => 8,
            _ => 4,
        },
    };
}
