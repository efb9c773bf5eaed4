using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Allocation, pinned and registered host memory, fills and copies: what their arguments answer.</summary>
public sealed unsafe class MemoryRules
{
    [Fact]
    public void Allocating_nothing_is_invalid_and_freeing_null_is_a_success()
    {
        using var host = new DriverHost();
        ulong address;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAlloc_v2(&address, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAlloc_v2(null, 4));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, host.Api.cuMemAlloc_v2(&address, nuint.MaxValue));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemFree_v2(0));
    }

    [Fact]
    public void Freeing_twice_or_what_is_no_allocation_is_invalid()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(64);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFree_v2(address + 4));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemFree_v2(address));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFree_v2(address));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFree_v2(0x1000));
        Assert.Contains(host.Machine.Findings, f => f.Kind == FindingKind.UseAfterFree);
    }

    [Fact]
    public void An_allocation_is_aligned_to_256_bytes_and_poisoned()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(12);
        uint value;
        Assert.Equal(0ul, address % 256);
        DriverHost.Ok(host.Api.cuMemcpyDtoH_v2(&value, address, 4));
        Assert.Equal(uint.MaxValue, value);
    }

    [Fact]
    public void Freeing_in_stream_order_takes_neither_null_nor_the_same_twice()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        ulong address;
        DriverHost.Ok(host.Api.cuMemAllocAsync(&address, 64, stream));
        DriverHost.Ok(host.Api.cuMemsetD8Async(address, 1, 64, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFreeAsync(0, stream));
        DriverHost.Ok(host.Api.cuMemFreeAsync(address, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFreeAsync(address, stream));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocAsync(&address, 0, stream));
    }

    [Fact]
    public void A_device_without_pools_refuses_them()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { HasMemoryPools = false }] });
        ulong address;
        Assert.Equal(CUDA_ERROR_NOT_SUPPORTED, host.Api.cuMemAllocAsync(&address, 64, host.Stream()));
    }

    [Fact]
    public void A_pool_keeps_its_attributes()
    {
        using var host = new DriverHost();
        nint handle;
        ulong threshold;
        DriverHost.Ok(host.Api.cuDeviceGetDefaultMemPool(&handle, 0));
        DriverHost.Ok(host.Api.cuMemPoolGetAttribute(handle, (CUmemPool_attribute)4, &threshold));
        Assert.Equal(0ul, threshold);
        threshold = ulong.MaxValue;
        DriverHost.Ok(host.Api.cuMemPoolSetAttribute(handle, (CUmemPool_attribute)4, &threshold));
        threshold = 0;
        DriverHost.Ok(host.Api.cuMemPoolGetAttribute(handle, (CUmemPool_attribute)4, &threshold));
        Assert.Equal(ulong.MaxValue, threshold);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolGetAttribute(handle, (CUmemPool_attribute)99, &threshold));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolSetAttribute(handle, (CUmemPool_attribute)5, &threshold));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolDestroy(handle));
    }

    [Fact]
    public void Pinned_memory_takes_known_flags_and_a_possible_size()
    {
        using var host = new DriverHost();
        void* pointer;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostAlloc(&pointer, 4, 8));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostAlloc(null, 4, 0));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, host.Api.cuMemHostAlloc(&pointer, nuint.MaxValue, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemFreeHost(null));
        ulong address;
        float* pinned = host.Pinned(64);
        DriverHost.Ok(host.Api.cuMemHostGetDevicePointer_v2(&address, pinned, 0));
        Assert.Equal((ulong)pinned, address);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetDevicePointer_v2(&address, pinned, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostGetDevicePointer_v2(&address, &address, 0));
    }

    [Fact]
    public void Registering_answers_as_the_rules_say()
    {
        using var host = new DriverHost();
        byte* memory = stackalloc byte[256];
        float* pinned = host.Pinned(64);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostRegister_v2(null, 16, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostRegister_v2(memory, 0, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostRegister_v2(memory, 16, 16));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostRegister_v2(pinned, 64, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemHostRegister_v2(memory, 128, 0));
        Assert.Equal(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, host.Api.cuMemHostRegister_v2(memory + 64, 128, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFreeHost(memory));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostUnregister(memory + 4));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemHostUnregister(memory));
        Assert.Equal(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, host.Api.cuMemHostUnregister(memory));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostUnregister(null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemHostUnregister(pinned));
    }

    [Fact]
    public void Fills_and_copies_of_nothing_succeed_whatever_the_pointer()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemsetD8_v2(0, 1, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemsetD32Async(1, 1, 0, stream));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemcpyHtoD_v2(0, null, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemcpyDtoHAsync_v2(null, 0, 0, stream));
    }

    [Fact]
    public void Fills_outside_an_allocation_of_plain_host_memory_or_misaligned_are_invalid()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        ulong address = host.Allocate(64);
        byte plain;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD8_v2(0, 1, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD8_v2(address, 1, 65));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD32_v2(address, 1, 17));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD32Async(address + 2, 1, 1, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD16Async(address + 1, 1, 1, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD8_v2((ulong)&plain, 1, 1));
    }

    [Fact]
    public void A_fill_of_pinned_memory_is_done_on_return_and_counts_elements()
    {
        using var host = new DriverHost();
        float* pinned = host.Pinned(16);
        DriverHost.Ok(host.Api.cuMemsetD32_v2((ulong)pinned, 0x3F800000, 4));
        Assert.Equal([1, 1, 1, 1], new ReadOnlySpan<float>(pinned, 4).ToArray());
    }

    [Fact]
    public void Copies_with_null_or_with_a_host_address_for_the_device_s_end_are_invalid()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(64);
        byte* plain = stackalloc byte[64];
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyHtoD_v2(0, plain, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyHtoD_v2(address, null, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyDtoH_v2(null, address, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyHtoD_v2((ulong)plain, plain + 32, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyHtoD_v2(address, plain, 65));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyDtoD_v2(address + 32, address, 33));
    }

    [Fact]
    public void A_copy_of_rows_keeps_their_distances()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(32);
        nint stream = host.Stream();
        DriverHost.Ok(host.Api.cuMemsetD8Async(address, 0, 32, stream));
        float* pinned = host.Pinned(32);
        byte* bytes = (byte*)pinned;
        for (byte i = 0; i < 8; i++)
        {
            bytes[i] = (byte)(i + 1);
        }

        var rows = new CUDA_MEMCPY2D
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            srcHost = (nint)pinned,
            srcPitch = 4,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            dstDevice = address,
            dstPitch = 8,
            dstXInBytes = 1,
            dstY = 1,
            WidthInBytes = 3,
            Height = 2,
        };
        DriverHost.Ok(host.Api.cuMemcpy2DAsync_v2(&rows, stream));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        byte* result = stackalloc byte[32];
        DriverHost.Ok(host.Api.cuMemcpyDtoH_v2(result, address, 32));
        Assert.Equal([0, 1, 2, 3, 0, 0, 0, 0, 0, 5, 6, 7, 0], new ReadOnlySpan<byte>(result + 8, 13).ToArray());
        rows.srcPitch = 2;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2DAsync_v2(&rows, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2DAsync_v2(null, stream));
    }

    [Fact]
    public void The_range_of_a_foreign_pointer_is_not_found()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(100);
        ulong start;
        nuint bytes;
        DriverHost.Ok(host.Api.cuMemGetAddressRange_v2(&start, &bytes, address + 50));
        Assert.Equal((address, (nuint)100), (start, bytes));
        Assert.Equal(CUDA_ERROR_NOT_FOUND, host.Api.cuMemGetAddressRange_v2(&start, &bytes, (ulong)&start));
    }

    [Fact]
    public void Pointers_tell_what_they_are()
    {
        using var host = new DriverHost();
        ulong address = host.Allocate(100);
        float* pinned = host.Pinned(8);
        CUmemorytype type;
        nint context;
        DriverHost.Ok(host.Api.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address + 8));
        Assert.Equal(CUmemorytype.CU_MEMORYTYPE_DEVICE, type);
        DriverHost.Ok(host.Api.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, (ulong)pinned));
        Assert.Equal(CUmemorytype.CU_MEMORYTYPE_HOST, type);
        DriverHost.Ok(host.Api.cuPointerGetAttribute(&context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT, address));
        Assert.Equal(host.Context, context);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttribute(&context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER, address));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuPointerGetAttribute(&context, CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT, (ulong)&context));
    }

    [Fact]
    public void Free_memory_shrinks_by_what_is_allocated()
    {
        using var host = new DriverHost();
        nuint before, after, total;
        DriverHost.Ok(host.Api.cuMemGetInfo_v2(&before, &total));
        host.Allocate(1 << 20);
        DriverHost.Ok(host.Api.cuMemGetInfo_v2(&after, &total));
        Assert.Equal((nuint)(1 << 20), before - after);
        Assert.Equal((nuint)EmulatedDeviceProfile.Ampere.MemoryBytes, total);
    }
}
