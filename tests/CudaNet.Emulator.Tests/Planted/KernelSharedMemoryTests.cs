using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Kernels that misuse shared memory and the barriers that order it.</summary>
public sealed class KernelSharedMemoryTests
{
    [Fact]
    public void A_missing_barrier_between_writing_and_reading_a_tile_is_found_with_both_lines() => KernelRun.Bites(
        new KernelLaunchCase("shared", "reverse", 2, 64, 128),
        i => (i / 64 * 64) + 64 - (i % 64),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("shared.cu", "tile write"),
        PlantedFiles.LineOf("shared.cu", "tile read"));

    [Fact]
    public void A_missing_barrier_in_a_loop_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "sums", 2, 64, 128) { Outputs = 2 },
        i => i == 0 ? 2080 : 2080 + (64 * 64),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("shared.cu", "level"));

    [Fact]
    public void A_read_of_shared_memory_that_nobody_wrote_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "neighbours", 1, 64, 64),
        i => i + (i < 63 ? i + 2 : 0),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Uninitialised,
        PlantedFiles.LineOf("shared.cu", "border read"));

    [Fact]
    public void An_index_behind_a_tile_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "transpose", 1, 64, 64),
        i => (i % 8 * 8) + (i / 8) + 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("shared.cu", "behind the tile"));

    [Fact]
    public void A_misaligned_vector_read_of_a_tile_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "quads", 1, 64, 260) { Outputs = 64 },
        i => (16 * i) + 10,
        CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
        FindingKind.Misaligned,
        PlantedFiles.LineOf("shared.cu", "misaligned tile read"));

    [Fact]
    public void A_barrier_that_only_one_branch_reaches_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "halves", 1, 64, 64),
        i => i % 32 < 16 ? (2 * i) + 18 : i + 1,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("shared.cu", "barrier in a branch"));

    [Fact]
    public void A_counted_barrier_whose_threads_have_left_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "counted_barrier", 1, 64, 64),
        i => (i ^ 1) + 1,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("shared.cu", "barrier for 64"));

    [Fact]
    public void What_threads_that_left_before_the_barrier_owed_is_missed() => KernelRun.Bites(
        new KernelLaunchCase("shared", "early_exit", 1, 64, 39),
        i => i == 38 ? 0 : (i ^ 1) + 1,
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Uninitialised,
        PlantedFiles.LineOf("shared.cu", "what an exited thread owed"));

    [Fact]
    public void Fewer_bytes_of_dynamic_shared_memory_than_the_kernel_uses_are_found()
    {
        KernelLaunchCase enough = new("shared", "rotate", 1, 64, 64) { SharedBytes = 256 };
        KernelRun correct = KernelRun.Of(enough, mutant: false);
        Assert.Empty(correct.Findings);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (float)(((i + 1) % 64) + 1)), correct.Output);

        KernelRun tooFew = KernelRun.Of(enough with { SharedBytes = 240 }, mutant: false);
        Finding finding = Assert.Single(tooFew.Findings);
        Assert.Equal(FindingKind.OutOfBounds, finding.Kind);
        Assert.Contains("'rotate'", finding.Message, StringComparison.Ordinal);
        Assert.Contains("240", finding.Message, StringComparison.Ordinal);
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, tooFew.Status);
    }

    [Fact]
    public void A_missing_second_barrier_in_a_loop_over_tiles_is_found_with_both_lines() => KernelRun.Bites(
        new KernelLaunchCase("shared", "tile_loop", 1, 64, 256) { Outputs = 64 },
        i => (4 * (64 - i)) + (64 * 6),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Race,
        PlantedFiles.LineOf("shared.cu", "next tile"),
        PlantedFiles.LineOf("shared.cu", "this tile"));

    [Fact]
    public void A_barrier_in_a_loop_that_warps_leave_at_different_times_is_found() => KernelRun.Bites(
        new KernelLaunchCase("shared", "waves", 1, 64, 3) { Inputs = 64, Outputs = 64 },
        i => 3 * (64 - i),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Divergence,
        PlantedFiles.LineOf("shared.cu", "barrier of a wave"),
        PlantedFiles.LineOf("shared.cu", "barrier behind the waves"));
}
