using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>What the driver tells of a pointer.</summary>
internal static unsafe class PointerAttributes
{
    private const CUpointer_attribute SyncMemops = (CUpointer_attribute)6;
    private const CUpointer_attribute BufferId = (CUpointer_attribute)7;
    private const int NoDevice = -2;

    /// <summary>Writes an attribute of memory that the driver knows.</summary>
    /// <returns>False for an attribute that there is not, or that such memory has not.</returns>
    public static bool Write(MemoryRange range, ulong pointer, CUpointer_attribute attribute, void* data)
    {
        bool isHost = range.IsOfHost;
        switch (attribute)
        {
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT:
                *(nint*)data = range.Owner?.Handle ?? 0;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
                *(CUmemorytype*)data = isHost ? CUmemorytype.CU_MEMORYTYPE_HOST : CUmemorytype.CU_MEMORYTYPE_DEVICE;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
                *(ulong*)data = pointer;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER when isHost:
                *(ulong*)data = pointer;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED:
            case SyncMemops:
                *(int*)data = 0;
                return true;
            case BufferId:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
                *(ulong*)data = range.Start;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
                *(int*)data = range.Device;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE:
                *(nuint*)data = (nuint)range.Bytes;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_MAPPED:
                *(int*)data = 1;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes what stands for an attribute of memory that the driver does not know.</summary>
    /// <returns>False for an attribute that there is not.</returns>
    public static bool WriteAbsent(CUpointer_attribute attribute, void* data)
    {
        switch (attribute)
        {
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_MAPPED:
            case SyncMemops:
                *(int*)data = 0;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
                *(int*)data = NoDevice;
                return true;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE:
            case BufferId:
                *(ulong*)data = 0;
                return true;
            default:
                return false;
        }
    }
}
