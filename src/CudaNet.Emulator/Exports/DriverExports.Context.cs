using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRetain))]
    public static CUresult cuDevicePrimaryCtxRetain(nint* pctx, int dev) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxRetain));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRelease))]
    public static CUresult cuDevicePrimaryCtxRelease(int dev) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxRelease));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxRelease_v2))]
    public static CUresult cuDevicePrimaryCtxRelease_v2(int dev) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxRelease_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxReset_v2))]
    public static CUresult cuDevicePrimaryCtxReset_v2(int dev) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxReset_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxSetFlags_v2))]
    public static CUresult cuDevicePrimaryCtxSetFlags_v2(int dev, uint flags) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxSetFlags_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDevicePrimaryCtxGetState))]
    public static CUresult cuDevicePrimaryCtxGetState(int dev, uint* flags, int* active) => Unimplemented.Answer(nameof(cuDevicePrimaryCtxGetState));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSetCurrent))]
    public static CUresult cuCtxSetCurrent(nint ctx) => Unimplemented.Answer(nameof(cuCtxSetCurrent));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetCurrent))]
    public static CUresult cuCtxGetCurrent(nint* pctx) => Unimplemented.Answer(nameof(cuCtxGetCurrent));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPushCurrent_v2))]
    public static CUresult cuCtxPushCurrent_v2(nint ctx) => Unimplemented.Answer(nameof(cuCtxPushCurrent_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxPopCurrent_v2))]
    public static CUresult cuCtxPopCurrent_v2(nint* pctx) => Unimplemented.Answer(nameof(cuCtxPopCurrent_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetDevice))]
    public static CUresult cuCtxGetDevice(int* device) => Unimplemented.Answer(nameof(cuCtxGetDevice));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetDevice_v2))]
    public static CUresult cuCtxGetDevice_v2(int* device, nint ctx) => Unimplemented.Answer(nameof(cuCtxGetDevice_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSynchronize))]
    public static CUresult cuCtxSynchronize() => Unimplemented.Answer(nameof(cuCtxSynchronize));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSynchronize_v2))]
    public static CUresult cuCtxSynchronize_v2(nint ctx) => Unimplemented.Answer(nameof(cuCtxSynchronize_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetApiVersion))]
    public static CUresult cuCtxGetApiVersion(nint ctx, uint* version) => Unimplemented.Answer(nameof(cuCtxGetApiVersion));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetStreamPriorityRange))]
    public static CUresult cuCtxGetStreamPriorityRange(int* leastPriority, int* greatestPriority) => Unimplemented.Answer(nameof(cuCtxGetStreamPriorityRange));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxSetLimit))]
    public static CUresult cuCtxSetLimit(CUlimit limit, nuint value) => Unimplemented.Answer(nameof(cuCtxSetLimit));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetLimit))]
    public static CUresult cuCtxGetLimit(nuint* pvalue, CUlimit limit) => Unimplemented.Answer(nameof(cuCtxGetLimit));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxCreate_v2))]
    public static CUresult cuCtxCreate_v2(nint* pctx, uint flags, int dev) => Unimplemented.Answer(nameof(cuCtxCreate_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxCreate_v4))]
    public static CUresult cuCtxCreate_v4(nint* pctx, void* ctxCreateParams, uint flags, int dev) => Unimplemented.Answer(nameof(cuCtxCreate_v4));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxDestroy_v2))]
    public static CUresult cuCtxDestroy_v2(nint ctx) => Unimplemented.Answer(nameof(cuCtxDestroy_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuCtxGetFlags))]
    public static CUresult cuCtxGetFlags(uint* flags) => Unimplemented.Answer(nameof(cuCtxGetFlags));
}
