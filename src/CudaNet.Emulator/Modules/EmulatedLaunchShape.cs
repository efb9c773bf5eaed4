using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>The grid, the block and the dynamic shared memory of a launch.</summary>
/// <param name="Grid">Blocks in each direction.</param>
/// <param name="Block">Threads in each direction.</param>
/// <param name="DynamicSharedBytes">Shared memory behind the static part.</param>
/// <param name="IsCooperative">All blocks must be resident at once.</param>
internal readonly record struct EmulatedLaunchShape((uint X, uint Y, uint Z) Grid, (uint X, uint Y, uint Z) Block, uint DynamicSharedBytes, bool IsCooperative)
{
    private const uint MaxGridX = int.MaxValue;
    private const uint MaxGridYz = 65535;
    private const uint MaxBlockXy = 1024;
    private const uint MaxBlockZ = 64;

    public ulong Threads => (ulong)Block.X * Block.Y * Block.Z;

    public ulong Blocks => (ulong)Grid.X * Grid.Y * Grid.Z;

    public override string ToString() => $"grid {Grid.X}x{Grid.Y}x{Grid.Z}, block {Block.X}x{Block.Y}x{Block.Z}, {DynamicSharedBytes} dynamic shared bytes";

    /// <summary>Whether the device can launch it.</summary>
    /// <param name="function">What is launched.</param>
    /// <param name="why">What does not fit; empty on success.</param>
    public CUresult Check(EmulatedFunction function, out string why)
    {
        why = Misfit(function) ?? string.Empty;
        if (why.Length > 0)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        int resident = Occupancy.Blocks(function, (int)Threads, DynamicSharedBytes);
        if (resident == 0)
        {
            why = $"{function.Registers} registers a thread for {Threads} threads are more than a multiprocessor has";
            return CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
        }

        ulong most = (ulong)resident * (ulong)function.Profile.Multiprocessors;
        if (IsCooperative && Blocks > most)
        {
            why = $"{Blocks} blocks of a cooperative launch are more than the {most} that are resident at once";
            return CUresult.CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE;
        }

        return CUresult.CUDA_SUCCESS;
    }

    private string? Misfit(EmulatedFunction function)
    {
        if (Blocks == 0 || Threads == 0)
        {
            return "a dimension is 0";
        }

        if (Grid.X > MaxGridX || Grid.Y > MaxGridYz || Grid.Z > MaxGridYz)
        {
            return $"the grid passes {MaxGridX}x{MaxGridYz}x{MaxGridYz}";
        }

        if (Block.X > MaxBlockXy || Block.Y > MaxBlockXy || Block.Z > MaxBlockZ)
        {
            return $"the block passes {MaxBlockXy}x{MaxBlockXy}x{MaxBlockZ}";
        }

        if (Threads > (ulong)function.MaxThreadsPerBlock)
        {
            return $"a block of {Threads} threads passes the kernel's limit of {function.MaxThreadsPerBlock}";
        }

        if (function.Kernel.RequiredThreads is { } required && (Block.X, Block.Y, Block.Z) != ((uint)required.X, (uint)required.Y, (uint)required.Z))
        {
            return $"the kernel requires blocks of {required.X}x{required.Y}x{required.Z}";
        }

        return DynamicSharedBytes > function.DynamicSharedLimit
            ? $"the kernel may have {function.DynamicSharedLimit} dynamic shared bytes beside {function.Kernel.StaticSharedBytes} static ones, unless it opts in to more"
            : null;
    }
}
