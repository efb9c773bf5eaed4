using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What was found of threads that tell or wait for others.</summary>
internal static unsafe partial class Faults
{
    /// <summary>Blocks of a cooperative launch that the emulator does not hold at once.</summary>
    public static DeviceFault TooLarge(KernelLaunch launch, long bytes, long most) =>
        new(
            CUresult.CUDA_ERROR_LAUNCH_FAILED,
            FindingKind.Launch,
            $"kernel '{launch.Kernel.Name}': {launch.Grid.Count} blocks of a cooperative launch take {bytes} bytes here, and the emulator gives them {most}");
}
