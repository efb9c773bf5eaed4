using System.Numerics;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Kernels whose warps do not meet as their shuffles and votes say, or that never end.</summary>
public sealed class KernelWarpTests
{
    /// <summary>Far more than the correct kernels need.</summary>
    private static readonly EmulatorOptions ShortPatience = new() { KernelInstructionBudget = 100_000 };

    [Fact]
    public void A_shuffle_whose_mask_names_absent_lanes_is_found() => KernelRun.Bites(
        new KernelLaunchCase("warps", "warp_sum", 1, 32, 16) { Outputs = 1 },
        i => 136,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("warps.cu", "shuffle without the absent"),
        "shfl.sync");

    [Fact]
    public void A_shuffle_that_reads_a_lane_of_the_other_branch_is_found() => KernelRun.Bites(
        new KernelLaunchCase("warps", "take_upper", 1, 32, 32) { Outputs = 16 },
        i => i + 17,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("warps.cu", "from an inactive lane"),
        "shfl.sync");

    [Fact]
    public void A_vote_by_lanes_outside_its_mask_is_found() => KernelRun.Bites(
        new KernelLaunchCase("warps", "votes", 1, 32, 32) { Outputs = 1 },
        i => 32,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("warps.cu", "ballot"),
        "vote.sync");

    [Fact]
    public void A_loop_that_does_not_end_is_found() => KernelRun.Bites(
        new KernelLaunchCase("progress", "halvings", 1, 32, 20) { Options = ShortPatience },
        i => 32 - BitOperations.LeadingZeroCount((uint)i),
        CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
        FindingKind.Hang,
        "progress.cu:",
        "100000");

    [Fact]
    public void A_wait_for_what_never_comes_is_found() => KernelRun.Bites(
        new KernelLaunchCase("progress", "handshake", 1, 64, 40) { Outputs = 41, Options = ShortPatience },
        i => i < 40 ? i + 2 : 1,
        CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
        FindingKind.Hang,
        PlantedFiles.LineOf("progress.cu", "wait"));

    [Fact]
    public void A_trap_is_found() => KernelRun.Bites(
        new KernelLaunchCase("progress", "checked_roots", 1, 32, 20),
        i => MathF.Sqrt(i + 1),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Trap,
        PlantedFiles.LineOf("progress.cu", "trap"));
}
