using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuDevicePrimaryCtxRetain(nint* pctx, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDevicePrimaryCtxRetain));
        if (call.Refuse(invalid: pctx == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        CUresult result = device.RetainPrimary(out EmulatedContext? context);
        *pctx = context?.Handle ?? 0;
        return result;
    }

    public static CUresult cuDevicePrimaryCtxRelease(int dev) => ReleasePrimary(nameof(cuDevicePrimaryCtxRelease), dev);

    public static CUresult cuDevicePrimaryCtxRelease_v2(int dev) => ReleasePrimary(nameof(cuDevicePrimaryCtxRelease_v2), dev);

    public static CUresult cuDevicePrimaryCtxReset_v2(int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDevicePrimaryCtxReset_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        device.ResetPrimary();
        return CUDA_SUCCESS;
    }

    public static CUresult cuDevicePrimaryCtxSetFlags_v2(int dev, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDevicePrimaryCtxSetFlags_v2));
        if (call.Refuse(invalid: !AreContextFlags(flags) || (flags & MapHost) != 0) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        device.PrimaryFlags = flags;
        if (device.Primary is { } active)
        {
            active.Flags = flags;
        }

        return CUDA_SUCCESS;
    }

    public static CUresult cuDevicePrimaryCtxGetState(int dev, uint* flags, int* active)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDevicePrimaryCtxGetState));
        if (call.Refuse(invalid: flags == null || active == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *flags = device.PrimaryFlags | MapHost;
        *active = device.Primary is null ? 0 : 1;
        return CUDA_SUCCESS;
    }

    private static CUresult ReleasePrimary(string name, int ordinal)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return Device(call, ordinal)?.ReleasePrimary() ?? CUDA_ERROR_INVALID_DEVICE;
    }
}
