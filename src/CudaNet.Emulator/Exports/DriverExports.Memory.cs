using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    /// <summary>What rows of pitched memory begin at multiples of, in bytes.</summary>
    private const uint RowAlignment = 512;

    public static CUresult cuMemGetInfo_v2(nuint* free, nuint* total)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemGetInfo_v2));
        if (call.Refuse(invalid: free == null || total == null) is { } refused)
        {
            return refused;
        }

        EmulatedDevice device = call.Context.Device;
        *total = (nuint)device.Profile.MemoryBytes;
        *free = *total - (nuint)call.Machine.Memory.UsedBytes(device.Ordinal);
        return CUDA_SUCCESS;
    }

    public static CUresult cuMemAlloc_v2(ulong* dptr, nuint bytesize)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemAlloc_v2));
        if (call.Refuse(invalid: dptr == null) is { } refused)
        {
            return refused;
        }

        CUresult result = Allocation.Device(call.Context, bytesize, call.Name, out ulong address);
        if (result == CUDA_SUCCESS)
        {
            *dptr = address;
        }

        return result;
    }

    public static CUresult cuMemAllocPitch_v2(ulong* dptr, nuint* pPitch, nuint widthInBytes, nuint height, uint elementSizeBytes)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemAllocPitch_v2));
        bool invalid = dptr == null || pPitch == null || widthInBytes == 0 || height == 0 || widthInBytes > int.MaxValue || elementSizeBytes is not (4 or 8 or 16);
        if (call.Refuse(invalid) is { } refused)
        {
            return refused;
        }

        nuint pitch = (widthInBytes + RowAlignment - 1) / RowAlignment * RowAlignment;
        UInt128 bytes = (UInt128)pitch * height;
        if (bytes > long.MaxValue)
        {
            return CUDA_ERROR_OUT_OF_MEMORY;
        }

        CUresult result = Allocation.Device(call.Context, (ulong)bytes, call.Name, out ulong address);
        if (result == CUDA_SUCCESS)
        {
            *dptr = address;
            *pPitch = pitch;
        }

        return result;
    }

    public static CUresult cuMemFree_v2(ulong dptr)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemFree_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return Allocation.Free(call.Machine, call.Current, dptr);
    }

    public static CUresult cuMemGetAddressRange_v2(ulong* pbase, nuint* psize, ulong dptr)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuMemGetAddressRange_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Machine.Memory.FindLive(dptr, 1) is not { } range)
        {
            return CUDA_ERROR_NOT_FOUND;
        }

        Set(pbase, range.Start);
        Set(psize, (nuint)range.Bytes);
        return CUDA_SUCCESS;
    }

    public static CUresult cuPointerGetAttribute(void* data, CUpointer_attribute attribute, ulong ptr)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuPointerGetAttribute));
        if (call.Refuse(invalid: data == null) is { } refused)
        {
            return refused;
        }

        if (call.Machine.Memory.FindLive(ptr, 1) is not { } range)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        return PointerAttributes.Write(range, ptr, attribute, data) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    }

    public static CUresult cuPointerGetAttributes(uint numAttributes, CUpointer_attribute* attributes, void** data, ulong ptr)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuPointerGetAttributes));
        if (call.Refuse(invalid: numAttributes == 0 || attributes == null || data == null) is { } refused)
        {
            return refused;
        }

        for (uint i = 0; i < numAttributes; i++)
        {
            if (data[i] == null)
            {
                return CUDA_ERROR_INVALID_VALUE;
            }
        }

        MemoryRange? range = call.Machine.Memory.FindLive(ptr, 1);
        for (uint i = 0; i < numAttributes; i++)
        {
            bool isKnown = range is null ? PointerAttributes.WriteAbsent(attributes[i], data[i]) : PointerAttributes.Write(range, ptr, attributes[i], data[i]);
            if (!isKnown && range is null)
            {
                return CUDA_ERROR_INVALID_VALUE;
            }
        }

        return CUDA_SUCCESS;
    }
}
