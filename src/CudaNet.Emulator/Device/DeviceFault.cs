using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>Queued work that failed: the status that later calls answer, and what was found. Never leaves the emulator.</summary>
internal sealed class DeviceFault(CUresult result, FindingKind kind, string message) : Exception(message)
{
    /// <summary>What later calls answer.</summary>
    public CUresult Result { get; } = result;

    public Finding Finding { get; } = new(kind, message);
}
