using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    /// <summary>Portable, mapped, write-combined.</summary>
    private const uint KnownHostFlags = 7;

    /// <summary>Portable, mapped, I/O memory, read-only.</summary>
    private const uint KnownRegisterFlags = 15;

    public static CUresult cuMemHostAlloc(void** pp, nuint bytesize, uint flags)
        => AllocatePinned(nameof(cuMemHostAlloc), pp, bytesize, flags);

    public static CUresult cuMemAllocHost_v2(void** pp, nuint bytesize) => AllocatePinned(nameof(cuMemAllocHost_v2), pp, bytesize, 0);

    public static CUresult cuMemFreeHost(void* p)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemFreeHost));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return Allocation.FreeHost(call.Machine, call.Current, p);
    }

    public static CUresult cuMemHostRegister_v2(void* p, nuint bytesize, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemHostRegister_v2));
        if (call.Refuse(invalid: p == null || bytesize == 0 || (flags & ~KnownRegisterFlags) != 0) is { } refused)
        {
            return refused;
        }

        return Allocation.Register(call.Context, p, bytesize, flags, call.Name);
    }

    public static CUresult cuMemHostUnregister(void* p)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemHostUnregister));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return Allocation.Unregister(call.Machine, call.Current, p);
    }

    public static CUresult cuMemHostGetDevicePointer_v2(ulong* pdptr, void* p, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemHostGetDevicePointer_v2));
        if (call.Refuse(invalid: pdptr == null || p == null || flags != 0) is { } refused)
        {
            return refused;
        }

        if (HostRange(call, p) is null)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pdptr = (ulong)p;
        return CUDA_SUCCESS;
    }

    public static CUresult cuMemHostGetFlags(uint* pFlags, void* p)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemHostGetFlags));
        if (call.Refuse(invalid: pFlags == null || p == null) is { } refused)
        {
            return refused;
        }

        if (HostRange(call, p) is not { Kind: MemoryKind.Pinned } range)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pFlags = range.Flags;
        return CUDA_SUCCESS;
    }

    private static CUresult AllocatePinned(string name, void** pp, nuint bytes, uint flags)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: pp == null || (flags & ~KnownHostFlags) != 0) is { } refused)
        {
            return refused;
        }

        CUresult result = Allocation.Pinned(call.Context, bytes, flags, name, out ulong address);
        if (result == CUDA_SUCCESS)
        {
            *pp = (void*)address;
        }

        return result;
    }

    /// <summary>The pinned or registered memory at a host address; null where there is none.</summary>
    private static MemoryRange? HostRange(NativeCall call, void* p) =>
        call.Machine.Memory.FindLive((ulong)p, 1) is { IsOfHost: true } range ? range : null;
}
