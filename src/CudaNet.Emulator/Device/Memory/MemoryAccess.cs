namespace CudaNet.Emulator.Device;

/// <summary>What work does with bytes.</summary>
[Flags]
internal enum MemoryAccess
{
    Read = 1,
    Write = 2,
    ReadWrite = Read | Write,
}
