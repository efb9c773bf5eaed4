using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>α and β, read when the call was made.</summary>
internal readonly record struct Scaling(double Alpha, double Beta)
{
    /// <summary>How the result is touched.</summary>
    public MemoryAccess ResultAccess => Beta == 0 ? MemoryAccess.Write : MemoryAccess.ReadWrite;
}
