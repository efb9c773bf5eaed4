namespace CudaNet.Emulator.Device;

/// <summary>Bytes that queued work will touch, known when it is queued; what a kernel touches is known only when it runs.</summary>
internal readonly record struct MemoryUse(ulong Address, ulong Bytes, MemoryAccess Access)
{
    public bool Overlaps(ulong address, ulong bytes) => Address < address + bytes && address < Address + Bytes;
}
