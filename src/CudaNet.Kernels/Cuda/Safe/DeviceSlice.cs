namespace CudaNet.Kernels.Cuda;

/// <summary>A part of a device's memory; it keeps the owner alive, not the memory from being disposed of.</summary>
public readonly record struct DeviceSlice
{
    internal DeviceSlice(DeviceMemory memory, long offsetBytes, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, memory.Bytes - bytes);
        (Memory, OffsetBytes, Bytes) = (memory, offsetBytes, bytes);
    }

    /// <summary>The memory it is a part of.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>Where it begins.</summary>
    public long OffsetBytes { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>The address of its first byte.</summary>
    public DeviceAddress Address => Memory.Address + OffsetBytes;

    /// <summary>All of a memory.</summary>
    public static implicit operator DeviceSlice(DeviceMemory memory) => new(memory, 0, memory.Bytes);

    /// <summary>A part of it.</summary>
    internal DeviceSlice Part(long offsetBytes, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, Bytes - bytes);
        return new DeviceSlice(Memory, OffsetBytes + offsetBytes, bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Bytes} bytes at {Address}";
}
