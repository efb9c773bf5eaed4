using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Cublas;

/// <summary>The names and texts of what cuBLAS and cublasLt answer.</summary>
internal static class CublasStatuses
{
    private const string Unknown = "unrecognized status";

    public static string Name(cublasStatus_t status) => Enum.GetName(status) ?? Unknown;

    public static string Text(cublasStatus_t status) => status switch
    {
        CUBLAS_STATUS_SUCCESS => "success",
        CUBLAS_STATUS_NOT_INITIALIZED => "the library was not initialized",
        CUBLAS_STATUS_ALLOC_FAILED => "the resource allocation failed",
        CUBLAS_STATUS_INVALID_VALUE => "an unsupported value or parameter was passed to the function",
        CUBLAS_STATUS_ARCH_MISMATCH => "the function requires an architectural feature absent from the device",
        CUBLAS_STATUS_MAPPING_ERROR => "an access to GPU memory space failed",
        CUBLAS_STATUS_EXECUTION_FAILED => "the function failed to launch on the GPU",
        CUBLAS_STATUS_INTERNAL_ERROR => "an internal operation failed",
        CUBLAS_STATUS_NOT_SUPPORTED => "the requested functionality is not supported",
        CUBLAS_STATUS_LICENSE_ERROR => "the license check failed",
        _ => Unknown,
    };
}
