using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const int GreatestPriority = -5;

    public static CUresult cuCtxSetLimit(CUlimit limit, nuint value)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSetLimit));
        if (call.Refuse(invalid: limit is < 0 or > CUlimit.CU_LIMIT_CIG_SHMEM_FALLBACK_ENABLED) is { } refused)
        {
            return refused;
        }

        if (!ContextLimits.IsSettable(limit))
        {
            return CUDA_ERROR_UNSUPPORTED_LIMIT;
        }

        ContextLimits.Of(call.Context)[limit] = value;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetLimit(nuint* pvalue, CUlimit limit)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetLimit));
        if (call.Refuse(invalid: pvalue == null || limit is < 0 or > CUlimit.CU_LIMIT_CIG_SHMEM_FALLBACK_ENABLED) is { } refused)
        {
            return refused;
        }

        *pvalue = ContextLimits.Of(call.Context)[limit];
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetStreamPriorityRange(int* leastPriority, int* greatestPriority)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetStreamPriorityRange));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (leastPriority != null)
        {
            *leastPriority = 0;
        }

        if (greatestPriority != null)
        {
            *greatestPriority = GreatestPriority;
        }

        return CUDA_SUCCESS;
    }
}
