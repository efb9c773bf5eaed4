using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>What the driver knows of an address that other code hands over.</summary>
internal static unsafe class ForeignMemory
{
    /// <exception cref="ArgumentException">These bytes are not all memory of the context's device that the context may use.</exception>
    public static void Require(CudaContext context, DeviceAddress address, long bytes)
    {
        uint type = 0;
        if (!TryGet(context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, &type, address))
        {
            throw Wrong(address, "the driver knows no memory there; it was freed, or never was the driver's");
        }

        if (type != (uint)CUmemorytype.CU_MEMORYTYPE_DEVICE)
        {
            throw Wrong(address, $"it is {(type == (uint)CUmemorytype.CU_MEMORYTYPE_HOST ? "host memory" : $"memory of type {type}")}, not a device's");
        }

        int ordinal;
        if (TryGet(context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, &ordinal, address) && ordinal != context.Device.Handle)
        {
            throw Wrong(address, $"it is memory of device {ordinal}, and the context is of {context.Device}");
        }

        // Memory of a pool belongs to no context.
        nint owner;
        if (TryGet(context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT, &owner, address) && owner != 0 && owner != context.NativeHandle)
        {
            throw Wrong(address, $"it is memory of the context 0x{owner:x}, not of 0x{context.NativeHandle:x}");
        }

        ulong start;
        nuint length;
        context.Check(context.Driver.cuMemGetAddressRange_v2(&start, &length, address.Value), nameof(DriverApi.cuMemGetAddressRange_v2), $"{address}");
        ulong left = length - (address.Value - start);
        if ((ulong)bytes > left)
        {
            throw Wrong(address, $"{left} bytes are left of the allocation there, and {bytes} are asked for");
        }
    }

    private static bool TryGet(CudaContext context, CUpointer_attribute attribute, void* value, DeviceAddress address)
    {
        CUresult result = context.Driver.cuPointerGetAttribute(value, attribute, address.Value);
        if (result != CUresult.CUDA_ERROR_INVALID_VALUE)
        {
            context.Check(result, nameof(DriverApi.cuPointerGetAttribute), $"{attribute}, {address}");
        }

        return result == CUresult.CUDA_SUCCESS;
    }

    private static ArgumentException Wrong(DeviceAddress address, string why) => new($"{address}: {why}", nameof(address));
}
