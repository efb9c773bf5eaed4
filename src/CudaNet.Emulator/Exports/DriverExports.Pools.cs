using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const int PinnedAllocation = 1;
    private const int DeviceLocation = 1;

    public static CUresult cuDeviceGetDefaultMemPool(nint* pool_out, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetDefaultMemPool));
        if (call.Refuse(invalid: pool_out == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (!device.Profile.HasMemoryPools)
        {
            return CUDA_ERROR_NOT_SUPPORTED;
        }

        *pool_out = device.DefaultPool.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGetMemPool(nint* pool, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetMemPool));
        if (call.Refuse(invalid: pool == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (!device.Profile.HasMemoryPools)
        {
            return CUDA_ERROR_NOT_SUPPORTED;
        }

        *pool = device.CurrentPool.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceSetMemPool(int dev, nint pool)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceSetMemPool));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (call.Resolve(pool, out EmulatedMemoryPool chosen) != CUDA_SUCCESS || chosen.Device != device)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        device.CurrentPool = chosen;
        return CUDA_SUCCESS;
    }

    public static CUresult cuMemAllocAsync(ulong* dptr, nuint bytesize, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemAllocAsync));
        if (call.Refuse(invalid: dptr == null || bytesize == 0) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (!stream.Context.Device.Profile.HasMemoryPools)
        {
            return CUDA_ERROR_NOT_SUPPORTED;
        }

        return AllocateFrom(stream.Context.Device.CurrentPool, call, stream, dptr, bytesize);
    }

    public static CUresult cuMemAllocFromPoolAsync(ulong* dptr, nuint bytesize, nint pool, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemAllocFromPoolAsync));
        if (call.Refuse(invalid: dptr == null || bytesize == 0) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(pool, out EmulatedMemoryPool from, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return AllocateFrom(from, call, stream, dptr, bytesize);
    }

    public static CUresult cuMemFreeAsync(ulong dptr, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemFreeAsync));
        if (call.Refuse(invalid: dptr == 0) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return call.Answer(EmulatedMemoryPool.Free(stream, dptr));
    }

    public static CUresult cuMemPoolCreate(nint* pool, CUmemPoolProps* poolProps)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemPoolCreate));
        if (call.Refuse(invalid: pool == null || poolProps == null || poolProps->allocType != PinnedAllocation || poolProps->locationType != DeviceLocation) is { } refused)
        {
            return refused;
        }

        if (poolProps->handleTypes != 0)
        {
            return CUDA_ERROR_NOT_SUPPORTED;
        }

        if (Device(call, poolProps->locationId) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (!device.Profile.HasMemoryPools)
        {
            return CUDA_ERROR_NOT_SUPPORTED;
        }

        var made = new EmulatedMemoryPool(device, isDefault: false);
        made.Handle = call.Machine.Handles.Add(made);
        call.Machine.Ledger.Add(made, LeakKind.MemoryPool, call.Name);
        *pool = made.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuMemPoolDestroy(nint pool)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemPoolDestroy));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(pool, out EmulatedMemoryPool destroyed, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (destroyed.IsDefault)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        if (destroyed.Device.CurrentPool == destroyed)
        {
            destroyed.Device.CurrentPool = destroyed.Device.DefaultPool;
        }

        call.Machine.Handles.Remove(pool);
        call.Machine.Ledger.Remove(destroyed);
        return call.Answer(CUDA_SUCCESS);
    }

    public static CUresult cuMemPoolSetAttribute(nint pool, CUmemPool_attribute attr, void* value)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemPoolSetAttribute));
        if (call.Refuse(invalid: value == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(pool, out EmulatedMemoryPool found, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        return PoolAttributes.Of(found).Set(attr, value) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    }

    public static CUresult cuMemPoolGetAttribute(nint pool, CUmemPool_attribute attr, void* value)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemPoolGetAttribute));
        if (call.Refuse(invalid: value == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(pool, out EmulatedMemoryPool found, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        return PoolAttributes.Of(found).Get(attr, value) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    }

    public static CUresult cuMemPoolTrimTo(nint pool, nuint minBytesToKeep)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemPoolTrimTo));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return call.Resolve(pool, out EmulatedMemoryPool _, CUDA_ERROR_INVALID_VALUE);
    }

    private static CUresult AllocateFrom(EmulatedMemoryPool pool, NativeCall call, EmulatedStream stream, ulong* dptr, nuint bytes)
    {
        CUresult result = pool.Allocate(stream, bytes, call.Name, out ulong address);
        if (result == CUDA_SUCCESS)
        {
            *dptr = address;
        }

        return result;
    }
}
