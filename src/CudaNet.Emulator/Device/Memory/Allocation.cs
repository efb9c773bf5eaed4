using System.Diagnostics.CodeAnalysis;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>The calls that give out memory, and take it back. Used under the machine's gate.</summary>
internal static unsafe class Allocation
{
    /// <summary>cuMemAlloc.</summary>
    public static CUresult Device(EmulatedContext context, ulong bytes, string call, out ulong address)
    {
        address = 0;
        if (bytes == 0)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        return Given(context, context.Machine.Memory.Allocate(context, bytes, call), LeakKind.DeviceMemory, out address);
    }

    /// <summary>cuMemHostAlloc.</summary>
    public static CUresult Pinned(EmulatedContext context, ulong bytes, uint flags, string call, out ulong address)
    {
        address = 0;
        if (bytes == 0)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        return Given(context, context.Machine.Memory.AllocatePinned(context, bytes, flags, call), LeakKind.PinnedMemory, out address);
    }

    /// <summary>cuMemHostRegister: 712 where it overlaps what is registered, 1 where it is pinned already.</summary>
    public static CUresult Register(EmulatedContext context, void* host, ulong bytes, uint flags, string call)
    {
        if (host is null || bytes == 0 || bytes > ulong.MaxValue - (ulong)host || MemorySpace.IsDeviceAddress((ulong)host))
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        if (context.Machine.Memory.Overlapping((ulong)host, bytes) is { } other)
        {
            return other.Kind == MemoryKind.Registered ? CUresult.CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED : CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        return Given(context, context.Machine.Memory.Register(context, host, bytes, flags, call), LeakKind.RegisteredMemory, out _);
    }

    /// <summary>cuMemFree. Null is nothing; of memory that queued work uses, <see cref="EmulatorOptions.FreesInUse"/> decides.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="current">The thread's context; null: 201.</param>
    /// <param name="address">The start of an allocation.</param>
    public static CUresult Free(EmulatedMachine machine, EmulatedContext? current, ulong address)
        => TakeBack(machine, current, address, "cuMemFree", MemoryKind.Device);

    /// <summary>cuMemFreeHost.</summary>
    public static CUresult FreeHost(EmulatedMachine machine, EmulatedContext? current, void* host)
        => TakeBack(machine, current, (ulong)host, "cuMemFreeHost", MemoryKind.Pinned);

    /// <summary>cuMemHostUnregister: 713 where nothing was registered there, 1 inside a range and of pinned memory.</summary>
    public static CUresult Unregister(EmulatedMachine machine, EmulatedContext? current, void* host)
    {
        if (host is null)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        return machine.Memory.Find((ulong)host) is null or { Kind: MemoryKind.Registered, IsFreed: true }
            ? CUresult.CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED
            : TakeBack(machine, current, (ulong)host, "cuMemHostUnregister", MemoryKind.Registered);
    }

    private static CUresult Given(EmulatedContext context, MemoryRange? range, LeakKind kind, out ulong address)
    {
        address = range?.Start ?? 0;
        if (range is null)
        {
            return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        }

        context.Machine.Ledger.Add(range, kind, range.Name);
        return CUresult.CUDA_SUCCESS;
    }

    private static CUresult TakeBack(EmulatedMachine machine, EmulatedContext? current, ulong address, string call, MemoryKind kind)
    {
        if (address == 0)
        {
            return CUresult.CUDA_SUCCESS;
        }

        if (current is null)
        {
            return CUresult.CUDA_ERROR_INVALID_CONTEXT;
        }

        MemoryRange? range = machine.Memory.Find(address);
        if (range is { IsFromPool: true, IsFreed: true, IsFreeQueued: false } && kind == MemoryKind.Device)
        {
            machine.Scheduler.RunAll(current);
        }

        if (current.Fault is null && IsThere(range, address, kind)
            && QueuedUse.Settle(range.Owner ?? current, call, range.Name, () => machine.Scheduler.UserOf(range.Start, range.Bytes)) is not CUresult.CUDA_SUCCESS and var refused)
        {
            return refused;
        }

        if (!IsThere(range, address, kind))
        {
            machine.Find(range is { IsFreed: true } ? FindingKind.UseAfterFree : FindingKind.Argument, $"{call} of 0x{address:x}, which {Mistake(range, kind)}.");
            return current.Fault?.Result ?? CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        machine.Memory.Release(range);
        machine.Ledger.Remove(range);
        range.Pool?.Returned(range.Bytes);
        range.IsFreeQueued = true;
        return current.Status;
    }

    private static bool IsThere([NotNullWhen(true)] MemoryRange? range, ulong address, MemoryKind kind)
        => range is { IsFreed: false, IsFreeQueued: false } && range.Start == address && range.Kind == kind;

    private static string Mistake(MemoryRange? range, MemoryKind kind) => range switch
    {
        null => "is no allocation",
        { IsFreed: true } or { IsFreeQueued: true } => $"lies in {range.Name}, which {range.Gone}",
        _ when range.Kind != kind => $"lies in {range.Name}, memory of another kind",
        _ => $"lies inside {range.Name}, not at its start",
    };
}
