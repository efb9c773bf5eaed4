using System.Runtime.CompilerServices;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Exports;

/// <summary>The attributes of a pool. How it may reuse memory is remembered and changes nothing: no memory is reused here.</summary>
internal sealed unsafe class PoolAttributes(EmulatedMemoryPool pool)
{
    private static readonly ConditionalWeakTable<EmulatedMemoryPool, PoolAttributes> OfPools = [];

    private readonly Dictionary<CUmemPool_attribute, int> _reuse = [];

    public static PoolAttributes Of(EmulatedMemoryPool pool) => OfPools.GetValue(pool, p => new PoolAttributes(p));

    /// <returns>False for an attribute that there is not.</returns>
    public bool Get(CUmemPool_attribute attribute, void* value)
    {
        switch (attribute)
        {
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES:
                *(int*)value = _reuse.GetValueOrDefault(attribute, 1);
                return true;
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
                *(ulong*)value = pool.ReleaseThreshold;
                return true;
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_USED_MEM_CURRENT:
                *(ulong*)value = pool.UsedBytes;
                return true;
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_USED_MEM_HIGH:
                *(ulong*)value = pool.HighestUsedBytes;
                return true;
            default:
                return false;
        }
    }

    /// <returns>False for an attribute that there is not, that cannot be set, or not to this value: high marks are only put back.</returns>
    public bool Set(CUmemPool_attribute attribute, void* value)
    {
        switch (attribute)
        {
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES:
                _reuse[attribute] = *(int*)value;
                return true;
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
                pool.ReleaseThreshold = *(ulong*)value;
                return true;
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH:
            case CUmemPool_attribute.CU_MEMPOOL_ATTR_USED_MEM_HIGH:
                pool.HighestUsedBytes = pool.UsedBytes;
                return *(ulong*)value == 0;
            default:
                return false;
        }
    }
}
