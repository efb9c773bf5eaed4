using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUpointer_attribute;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>What the driver tells of pointers.</summary>
public sealed unsafe class PointerRules
{
    [Fact]
    public void Pinned_memory_tells_the_flags_it_was_made_with_and_other_memory_has_none()
    {
        using var host = new DriverHost();
        void* pinned;
        uint flags = 9;
        byte* plain = stackalloc byte[64];
        DriverHost.Ok(host.Api.cuMemHostAlloc(&pinned, 64, 5));
        DriverHost.Ok(host.Api.cuMemHostGetFlags(&flags, (byte*)pinned + 8));
        Assert.Equal(5u, flags);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetFlags(&flags, plain));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetFlags(&flags, (void*)host.Allocate(64)));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetFlags(&flags, null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetFlags(null, pinned));
        DriverHost.Ok(host.Api.cuMemHostRegister_v2(plain, 64, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetFlags(&flags, plain));
    }

    [Fact]
    public void Several_attributes_are_told_at_once()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(100);
        ulong start;
        nuint bytes;
        int type, ordinal;
        nint context;
        Assert.Equal(CUDA_SUCCESS, Ask(host, address + 50, &type, &context, &start, &bytes, &ordinal));
        Assert.Equal(((int)CUmemorytype.CU_MEMORYTYPE_DEVICE, host.Context, address, (nuint)100, 0), (type, context, start, bytes, ordinal));
    }

    [Fact]
    public void Of_memory_that_the_driver_does_not_know_they_are_zeros_and_a_device_that_is_none()
    {
        using var host = new DriverHost();
        ulong start;
        nuint bytes;
        int type, ordinal;
        nint context;
        Assert.Equal(CUDA_SUCCESS, Ask(host, (ulong)&start, &type, &context, &start, &bytes, &ordinal));
        Assert.Equal((0, (nint)0, 0ul, (nuint)0, -2), (type, context, start, bytes, ordinal));
    }

    [Fact]
    public void A_list_of_no_attributes_and_null_lists_are_invalid()
    {
        using var host = new DriverHost();
        CUpointer_attribute attribute = CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
        int type;
        void* data = &type;
        ulong address = host.Allocate(4);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttributes(0, &attribute, &data, address));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttributes(1, null, &data, address));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttributes(1, &attribute, null, address));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuPointerGetAttributes(1, &attribute, &data, address));
    }

    [Fact]
    public void A_list_with_a_place_that_is_null_is_invalid_and_writes_nothing()
    {
        using var host = new DriverHost();
        CUpointer_attribute* attributes = stackalloc CUpointer_attribute[] { CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_RANGE_SIZE };
        int type = 77;
        void** data = stackalloc void*[] { &type, null };
        foreach (ulong address in (ulong[])[host.Allocate(4), (ulong)&type])
        {
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttributes(2, attributes, data, address));
            Assert.Equal(77, type);
        }
    }

    private static CUresult Ask(DriverHost host, ulong address, int* type, nint* context, ulong* start, nuint* bytes, int* ordinal)
    {
        CUpointer_attribute* attributes = stackalloc CUpointer_attribute[]
        {
            CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_CONTEXT, CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, CU_POINTER_ATTRIBUTE_RANGE_SIZE, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL,
        };
        void** data = stackalloc void*[] { type, context, start, bytes, ordinal };
        return host.Api.cuPointerGetAttributes(5, attributes, data, address);
    }
}
