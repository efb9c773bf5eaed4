using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Finds out whether a failed call means that the device has faulted.</summary>
internal static unsafe class DeviceFaults
{
    /// <summary>The driver's result behind a library's failure, or the sticky one of a driver's call; null where the device still works.</summary>
    public static NativeFailure? FindBehind(CudaContext context, int result, string call)
    {
        if (call.StartsWith("cudnn", StringComparison.Ordinal))
        {
            return CudnnStatus.IsExecution((cudnnStatus_t)result) ? Ask(context) : null;
        }

        if (call.StartsWith("cublas", StringComparison.Ordinal))
        {
            return (cublasStatus_t)result is cublasStatus_t.CUBLAS_STATUS_EXECUTION_FAILED or cublasStatus_t.CUBLAS_STATUS_INTERNAL_ERROR or cublasStatus_t.CUBLAS_STATUS_MAPPING_ERROR
                ? Ask(context) : null;
        }

        return DriverStatus.IsSticky((CUresult)result) ? ResultText.Describe(context.Libraries, result, call) : null;
    }

    /// <summary>The libraries hide the driver's result behind their own. Making an event is allowed in a capture, and answers a sticky fault.</summary>
    private static NativeFailure? Ask(CudaContext context)
    {
        nint probe;
        CUresult result = context.Driver.cuEventCreate(&probe, (uint)CUevent_flags.CU_EVENT_DISABLE_TIMING);
        if (result == CUresult.CUDA_SUCCESS)
        {
            context.Driver.cuEventDestroy_v2(probe);
            return null;
        }

        return ResultText.Describe(context.Libraries, (int)result, nameof(DriverApi.cuEventCreate));
    }
}
