using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>A function of the driver that the emulator has by name only.</summary>
internal static class UnsupportedCall
{
    /// <summary>What it answers whatever it is given, with a finding.</summary>
    public static CUresult Answer(string name)
    {
        EmulatedMachine.Current?.Find(FindingKind.Unsupported, $"{name} is not implemented by the emulator.");
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }
}
