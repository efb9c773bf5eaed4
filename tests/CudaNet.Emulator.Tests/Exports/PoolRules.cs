using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Pools of memory, and what they answer.</summary>
public sealed unsafe class PoolRules
{
    private const CUmemPool_attribute Threshold = (CUmemPool_attribute)4;
    private const CUmemPool_attribute UsedNow = (CUmemPool_attribute)7;
    private const CUmemPool_attribute UsedAtMost = (CUmemPool_attribute)8;

    [Fact]
    public void A_device_allocates_from_its_own_pool_until_another_is_set_and_from_its_own_again_when_that_is_destroyed()
    {
        using var host = new DriverHost();
        nint first, now, made = Create(host);
        DriverHost.Ok(host.Api.cuDeviceGetDefaultMemPool(&first, 0));
        DriverHost.Ok(host.Api.cuDeviceGetMemPool(&now, 0));
        Assert.Equal(first, now);
        DriverHost.Ok(host.Api.cuDeviceSetMemPool(0, made));
        DriverHost.Ok(host.Api.cuDeviceGetMemPool(&now, 0));
        Assert.Equal(made, now);
        DriverHost.Ok(host.Api.cuMemPoolDestroy(made));
        DriverHost.Ok(host.Api.cuDeviceGetMemPool(&now, 0));
        Assert.Equal(first, now);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolDestroy(made));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolDestroy(first));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceSetMemPool(0, made));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceGetDefaultMemPool(&first, 7));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetDefaultMemPool(null, 0));
    }

    [Theory]
    [InlineData(0, 0, 1, 0, 1)]
    [InlineData(1, 0, 2, 0, 1)]
    [InlineData(1, 1, 1, 0, 801)]
    [InlineData(1, 0, 1, 5, 101)]
    public void A_pool_is_made_of_device_memory_of_a_device_and_not_shared_with_other_processes(int allocation, int handles, int location, int device, int status)
    {
        using var host = new DriverHost();
        CUmemPoolProps wanted = new() { allocType = allocation, handleTypes = handles, locationType = location, locationId = device };
        nint pool;
        Assert.Equal((CUresult)status, host.Api.cuMemPoolCreate(&pool, &wanted));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolCreate(&pool, null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolCreate(null, &wanted));
    }

    [Fact]
    public void A_pool_counts_what_was_allocated_from_it_whichever_call_frees_it()
    {
        using var host = new DriverHost();
        nint stream = host.Stream(), pool = Create(host);
        ulong a, b, zero = 0;
        DriverHost.Ok(host.Api.cuMemAllocFromPoolAsync(&a, 1000, pool, stream));
        DriverHost.Ok(host.Api.cuMemAllocFromPoolAsync(&b, 500, pool, stream));
        Assert.Equal((1500ul, 1500ul), (Read(host, pool, UsedNow), Read(host, pool, UsedAtMost)));
        DriverHost.Ok(host.Api.cuMemFreeAsync(a, stream));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        Assert.Equal((500ul, 1500ul), (Read(host, pool, UsedNow), Read(host, pool, UsedAtMost)));
        DriverHost.Ok(host.Api.cuMemFree_v2(b));
        DriverHost.Ok(host.Api.cuMemPoolSetAttribute(pool, UsedAtMost, &zero));
        Assert.Equal((0ul, 0ul), (Read(host, pool, UsedNow), Read(host, pool, UsedAtMost)));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocFromPoolAsync(&a, 1000, 0x1234, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocFromPoolAsync(&a, 0, pool, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocFromPoolAsync(null, 8, pool, stream));
    }

    [Fact]
    public void A_pool_is_trimmed_and_one_that_is_not_there_is_not()
    {
        using var host = new DriverHost();
        nint pool = Create(host);
        DriverHost.Ok(host.Api.cuMemPoolTrimTo(pool, 0));
        Assert.Equal(0ul, Read(host, pool, Threshold));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemPoolTrimTo(0x1234, 0));
    }

    [Fact]
    public void A_pool_that_was_not_destroyed_is_a_leak()
    {
        using var host = new DriverHost();
        Create(host);
        Assert.Single(host.Machine.Leaks, leak => leak.Kind == LeakKind.MemoryPool);
    }

    private static nint Create(DriverHost host)
    {
        CUmemPoolProps wanted = new() { allocType = 1, locationType = 1 };
        nint pool;
        DriverHost.Ok(host.Api.cuMemPoolCreate(&pool, &wanted));
        return pool;
    }

    private static ulong Read(DriverHost host, nint pool, CUmemPool_attribute attribute)
    {
        ulong value;
        DriverHost.Ok(host.Api.cuMemPoolGetAttribute(pool, attribute, &value));
        return value;
    }
}
