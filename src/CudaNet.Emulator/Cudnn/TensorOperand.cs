using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A tensor in device memory, as a queued operation keeps it.</summary>
internal readonly record struct TensorOperand(TensorLayout Layout, ulong Address)
{
    public ulong Bytes => (ulong)Layout.SizeInBytes;

    public MemoryUse Use(MemoryAccess access) => new(Address, Bytes, access);
}
