using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

/// <content>Preferences of a context, which change nothing here, and other devices' memory, which no device here reaches.</content>
internal static unsafe partial class DriverExports
{
    private const int LastSharedMemoryConfig = 2;

    public static CUresult cuCtxGetCacheConfig(int* pconfig)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetCacheConfig));
        if (call.Refuse(invalid: pconfig == null) is { } refused)
        {
            return refused;
        }

        *pconfig = call.Context.CacheConfig;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxSetCacheConfig(int config)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSetCacheConfig));
        if (call.Refuse(invalid: config is < 0 or > LastCacheConfig) is { } refused)
        {
            return refused;
        }

        call.Context.CacheConfig = config;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetSharedMemConfig(int* pConfig)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetSharedMemConfig));
        if (call.Refuse(invalid: pConfig == null) is { } refused)
        {
            return refused;
        }

        *pConfig = call.Context.SharedMemoryConfig;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxSetSharedMemConfig(int config)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSetSharedMemConfig));
        if (call.Refuse(invalid: config is < 0 or > LastSharedMemoryConfig) is { } refused)
        {
            return refused;
        }

        call.Context.SharedMemoryConfig = config;
        return CUDA_SUCCESS;
    }

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
}
