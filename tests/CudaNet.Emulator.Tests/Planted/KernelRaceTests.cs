using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Kernels whose threads touch the same bytes with nothing to order them.</summary>
public sealed class KernelRaceTests
{
    [Fact]
    public void Blocks_that_write_the_same_element_are_found() => KernelRun.Bites(
        new KernelLaunchCase("races", "block_results", 4, 32, 128) { Outputs = 4 },
        i => (32 * i) + 1,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("races.cu", "all blocks write"),
        "block (");

    [Fact]
    public void A_plain_addition_where_an_atomic_one_is_needed_is_found() => KernelRun.Bites(
        new KernelLaunchCase("races", "count", 2, 64, 100) { Outputs = 1, Cleared = true },
        i => 100,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("races.cu", "plain addition"));

    [Fact]
    public void A_missing_barrier_around_global_memory_is_found_with_both_lines() => KernelRun.Bites(
        new KernelLaunchCase("races", "pass_on", 1, 64, 60),
        i => 3 * (((i + 1) % 60) + 1),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("races.cu", "global write"),
        PlantedFiles.LineOf("races.cu", "global read"));

    [Fact]
    public void A_block_that_reads_what_another_one_writes_is_found_with_both_lines() => KernelRun.Bites(
        new KernelLaunchCase("races", "across_blocks", 3, 32, 96) { Cleared = true },
        i => i + 1 + (i < 32 ? 0 : i - 31),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("races.cu", "other block's element"),
        PlantedFiles.LineOf("races.cu", "own element"));

    [Fact]
    public void Lanes_that_count_on_running_in_step_are_found_with_both_lines() => KernelRun.Bites(
        new KernelLaunchCase("warps", "warp_exchange", 1, 32, 32),
        i => 32 - i,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("warps.cu", "lane write"),
        PlantedFiles.LineOf("warps.cu", "lane read"));

    [Fact]
    public void A_plain_read_of_what_other_blocks_change_atomically_is_found() => KernelRun.Bites(
        new KernelLaunchCase("races", "look_at_count", 3, 32, 96) { Outputs = 4, Cleared = true },
        i => i == 0 ? 96 : i - 1,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("races.cu", "atomic addition"),
        PlantedFiles.LineOf("races.cu", "plain read"));
}
