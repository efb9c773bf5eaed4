using System.Runtime.CompilerServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The limits of a context: kept and answered; nothing here runs into them.</summary>
internal sealed class ContextLimits
{
    private static readonly ConditionalWeakTable<EmulatedContext, ContextLimits> OfContexts = [];

    private readonly Dictionary<CUlimit, nuint> _values = new()
    {
        [CUlimit.CU_LIMIT_STACK_SIZE] = 1 << 10,
        [CUlimit.CU_LIMIT_PRINTF_FIFO_SIZE] = 1 << 20,
        [CUlimit.CU_LIMIT_MALLOC_HEAP_SIZE] = 8 << 20,
        [CUlimit.CU_LIMIT_DEV_RUNTIME_SYNC_DEPTH] = 2,
        [CUlimit.CU_LIMIT_DEV_RUNTIME_PENDING_LAUNCH_COUNT] = 2048,
        [CUlimit.CU_LIMIT_MAX_L2_FETCH_GRANULARITY] = 64,
    };

    public nuint this[CUlimit limit]
    {
        get => _values.GetValueOrDefault(limit);
        set => _values[limit] = value;
    }

    public static ContextLimits Of(EmulatedContext context) => OfContexts.GetOrCreateValue(context);

    /// <summary>Whether a program may set it here.</summary>
    public static bool IsSettable(CUlimit limit) => limit <= CUlimit.CU_LIMIT_PERSISTING_L2_CACHE_SIZE;
}
