namespace CudaNet.Emulator.Device;

/// <summary>Bytes that queued work will touch, known when it is queued; what a kernel touches is known only when it runs.</summary>
internal readonly record struct MemoryUse(ulong Address, ulong Bytes, MemoryAccess Access);
