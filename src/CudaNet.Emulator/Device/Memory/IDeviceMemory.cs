namespace CudaNet.Emulator.Device;

/// <summary>The memory that kernels and library calls see: ranges found by device address, each access checked.</summary>
internal interface IDeviceMemory
{
    /// <summary>The range that holds the address, freed ones included (a caller looks at <see cref="MemoryRange.IsFreed"/>); null in a guard zone.</summary>
    MemoryRange? Find(ulong address);

    /// <summary>The bytes, which must lie in one live range.</summary>
    /// <param name="address">A device address.</param>
    /// <param name="bytes">At most 2³¹−1.</param>
    /// <param name="access">What is done with them.</param>
    /// <param name="who">The work, as a message names it.</param>
    /// <exception cref="DeviceFault">They do not: CUDA_ERROR_ILLEGAL_ADDRESS, with what lies nearest.</exception>
    Span<byte> Access(ulong address, ulong bytes, MemoryAccess access, string who);

    /// <summary>The fault of an access that <see cref="Access"/> would refuse, worded alike.</summary>
    DeviceFault Fault(ulong address, ulong bytes, MemoryAccess access, string who);
}
