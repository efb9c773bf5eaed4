using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What was found of threads that tell or wait for others.</summary>
internal static unsafe partial class Faults
{
    /// <summary>A flag for the host, and data that only a fence of the device's scope orders before it.</summary>
    public static DeviceFault HalfPublished(Warp w, Instruction* i, int lane, int store, int fence)
    {
        IReadOnlyList<PtxInstruction> origins = w.Launch.Program.Origins;
        return At(
            w,
            i,
            lane,
            FindingKind.Race,
            $"the host may see what is stored here at 0x{w.Addresses[lane]:x} before what was stored to its memory at {Line(origins[store])}: "
            + $"{Line(origins[fence])} orders them for the device only, and the host needs the system's scope");
    }

    /// <summary>Blocks of a cooperative launch that the emulator does not hold at once.</summary>
    public static DeviceFault TooLarge(KernelLaunch launch, long bytes, long most) =>
        new(
            CUresult.CUDA_ERROR_LAUNCH_FAILED,
            FindingKind.Launch,
            $"kernel '{launch.Kernel.Name}': {launch.Grid.Count} blocks of a cooperative launch take {bytes} bytes here, and the emulator gives them {most}");

    /// <summary>Threads that go on forever and change nothing.</summary>
    public static DeviceFault NeverEnds(Wait wait)
    {
        KernelLaunch launch = wait.Warp.Launch.Launch;
        string others = launch.IsCooperative ? ": all blocks that are left wait"
            : launch.Grid.Count == 1 ? ": no other thread of the block is left to do so"
            : ". A plain launch does not promise that blocks run at the same time, or in which order; here one runs after the other. "
                + "Blocks that wait for each other need a cooperative launch";
        string why = wait.Address is { } address
            ? $"the thread waits for 0x{address:x} to change, and nothing that runs changes it{others}"
            : "the thread is in a loop that nothing ends";
        Instruction* i = wait.Warp.Launch.Program.Code + Math.Min(wait.Pc, wait.Warp.Launch.Program.Length - 1);
        return At(wait.Warp, i, wait.Lane, FindingKind.Hang, why, CUresult.CUDA_ERROR_LAUNCH_TIMEOUT);
    }
}
