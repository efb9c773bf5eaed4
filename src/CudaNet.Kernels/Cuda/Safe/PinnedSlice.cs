namespace CudaNet.Kernels.Cuda;

/// <summary>A part of pinned host memory; it keeps the owner alive, not the memory from being disposed of.</summary>
public readonly record struct PinnedSlice
{
    internal PinnedSlice(PinnedMemory memory, int offsetBytes, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, memory.Bytes - bytes);
        (Memory, OffsetBytes, Bytes) = (memory, offsetBytes, bytes);
    }

    /// <summary>The memory it is a part of.</summary>
    public PinnedMemory Memory { get; }

    /// <summary>Where it begins.</summary>
    public int OffsetBytes { get; }

    /// <summary>Its size.</summary>
    public int Bytes { get; }

    /// <summary>All of a memory.</summary>
    public static implicit operator PinnedSlice(PinnedMemory memory) => new(memory, 0, memory.Bytes);
}
