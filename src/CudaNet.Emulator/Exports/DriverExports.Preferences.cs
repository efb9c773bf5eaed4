using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

/// <content>Preferences of a context, which change nothing here, and other devices' memory, which no device here reaches.</content>
internal static unsafe partial class DriverExports
{
    private const int LastSharedMemoryConfig = 2;

    public static CUresult cuCtxGetCacheConfig(int* pconfig)
        => Preference(nameof(cuCtxGetCacheConfig), pconfig, static context => context.CacheConfig);

    public static CUresult cuCtxSetCacheConfig(int config)
        => Prefer(nameof(cuCtxSetCacheConfig), config, LastCacheConfig, static (context, chosen) => context.CacheConfig = chosen);

    public static CUresult cuCtxGetSharedMemConfig(int* pConfig)
        => Preference(nameof(cuCtxGetSharedMemConfig), pConfig, static context => context.SharedMemoryConfig);

    public static CUresult cuCtxSetSharedMemConfig(int config)
        => Prefer(nameof(cuCtxSetSharedMemConfig), config, LastSharedMemoryConfig, static (context, chosen) => context.SharedMemoryConfig = chosen);

    public static CUresult cuCtxEnablePeerAccess(nint peerContext, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxEnablePeerAccess));
        if (call.Refuse(invalid: flags != 0) is { } refused)
        {
            return refused;
        }

        return call.Resolve(peerContext, out EmulatedContext peer) == CUDA_SUCCESS && peer != call.Context ? CUDA_ERROR_PEER_ACCESS_UNSUPPORTED : CUDA_ERROR_INVALID_CONTEXT;
    }

    public static CUresult cuCtxDisablePeerAccess(nint peerContext)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxDisablePeerAccess));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return call.Resolve(peerContext, out EmulatedContext _) == CUDA_SUCCESS ? CUDA_ERROR_PEER_ACCESS_NOT_ENABLED : CUDA_ERROR_INVALID_CONTEXT;
    }

    public static CUresult cuDeviceGetP2PAttribute(int* value, CUdevice_P2PAttribute attrib, int srcDevice, int dstDevice)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetP2PAttribute));
        if (call.Refuse(invalid: value == null || !Enum.IsDefined(attrib)) is { } refused)
        {
            return refused;
        }

        if (Device(call, srcDevice) is not { } source || Device(call, dstDevice) is not { } destination || source == destination)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *value = 0;
        return CUDA_SUCCESS;
    }

    private static CUresult Preference(string name, int* value, Func<EmulatedContext, int> preference)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: value == null) is { } refused)
        {
            return refused;
        }

        *value = preference(call.Context);
        return CUDA_SUCCESS;
    }

    private static CUresult Prefer(string name, int chosen, int last, Action<EmulatedContext, int> keep)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: chosen < 0 || chosen > last) is { } refused)
        {
            return refused;
        }

        keep(call.Context, chosen);
        return CUDA_SUCCESS;
    }
}
