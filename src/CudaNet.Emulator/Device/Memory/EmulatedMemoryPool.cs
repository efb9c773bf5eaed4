using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A pool that allocates in stream order. Nothing is kept back: what is freed is free. Used under the machine's gate.</summary>
internal sealed class EmulatedMemoryPool
{
    public EmulatedMemoryPool(EmulatedDevice device, bool isDefault)
    {
        Device = device;
        IsDefault = isDefault;
        if (isDefault)
        {
            Handle = device.Machine.Handles.Add(this);
        }
    }

    public EmulatedDevice Device { get; }

    /// <summary>The device's own, which cannot be destroyed.</summary>
    public bool IsDefault { get; }

    public nint Handle { get; set; }

    /// <summary>What the pool may keep when it is idle, in bytes; only remembered.</summary>
    public ulong ReleaseThreshold { get; set; }

    public ulong UsedBytes { get; private set; }

    /// <summary>The most that was used at once since it was last set.</summary>
    public ulong HighestUsedBytes { get; set; }

    /// <summary>cuMemAllocAsync: the address is known at once, the memory is there when the stream gets to it. In a capture it becomes the graph's.</summary>
    public CUresult Allocate(EmulatedStream stream, ulong bytes, string call, out ulong address)
    {
        address = 0;
        if (bytes == 0)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        CUresult admitted = stream.Admit(call);
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        if (Device.Machine.Memory.Allocate(stream.Context, bytes, call, fromPool: true) is not { } range)
        {
            return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        }

        address = range.Start;
        range.IsFromGraph = stream.Capture is not null;
        if (!range.IsFromGraph)
        {
            Device.Machine.Ledger.Add(range, LeakKind.DeviceMemory, range.Name);
            UsedBytes += bytes;
            HighestUsedBytes = Math.Max(HighestUsedBytes, UsedBytes);
            range.Pool = this;
        }

        return stream.Enqueue(new MemoryAllocateOperation(range));
    }

    /// <summary>cuMemFreeAsync: it is gone when the stream gets to it.</summary>
    public static CUresult Free(EmulatedStream stream, ulong address)
    {
        EmulatedMachine machine = stream.Machine;
        MemoryRange? range = machine.Memory.Find(address);
        if (range is null || range.Start != address || range.IsFreeQueued || range.Kind != MemoryKind.Device || (range.IsFreed && !range.IsFromPool))
        {
            string what = range is null ? "is no allocation" : $"lies in {range.Name}, and was freed before or is not its start";
            machine.Find(range is null ? FindingKind.Argument : FindingKind.UseAfterFree, $"cuMemFreeAsync of 0x{address:x}, which {what}.");
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        if (stream.Capture is not null && !range.IsFromGraph)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        CUresult queued = stream.Enqueue(new MemoryFreeOperation(range));
        if (queued == CUresult.CUDA_SUCCESS || stream.Context.Fault is not null)
        {
            range.IsFreeQueued = stream.Capture is null;
            if (!range.IsFromGraph)
            {
                machine.Ledger.Remove(range);
                range.Pool?.Returned(range.Bytes);
            }
        }

        return queued;
    }

    /// <summary>Memory of the pool was freed.</summary>
    public void Returned(ulong bytes) => UsedBytes -= Math.Min(bytes, UsedBytes);
}
