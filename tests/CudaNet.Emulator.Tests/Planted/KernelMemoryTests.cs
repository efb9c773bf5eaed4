using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Kernels that go astray in global memory.</summary>
public sealed class KernelMemoryTests
{
    [Fact]
    public void An_index_one_past_the_end_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "double_all", 2, 64, 100),
        i => 2 * (i + 1),
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "past the end"),
        "400 bytes",
        "thread (36, 0, 0)",
        "block (1, 0, 0)");

    [Fact]
    public void A_negative_index_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "differences", 1, 64, 50),
        i => 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "before the start"),
        "200 bytes",
        "thread (0, 0, 0)");

    [Fact]
    public void An_index_that_would_reach_the_next_allocation_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "fill_ones", 1, 64, 64),
        i => 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "into the neighbour"),
        "256 bytes");

    [Fact]
    public void A_misaligned_vector_load_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "copy_vectors_in", 1, 32, 64),
        i => i + 1,
        CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
        FindingKind.Misaligned,
        PlantedFiles.LineOf("memory.cu", "misaligned load"),
        "16");

    [Fact]
    public void A_misaligned_vector_store_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "copy_vectors_out", 1, 32, 64),
        i => i + 1,
        CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
        FindingKind.Misaligned,
        PlantedFiles.LineOf("memory.cu", "misaligned store"),
        "16");

    [Fact]
    public void An_index_that_was_divided_by_zero_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "divided_index", 1, 64, 40),
        i => i + 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "divided by zero"));

    [Fact]
    public void An_address_cut_to_32_bits_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "copy_by_address", 1, 64, 40),
        i => i + 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "half an address"));

    [Fact]
    public void A_read_of_a_register_that_nothing_wrote_is_found() => KernelRun.Bites(
        new KernelLaunchCase("registers", "accumulate", 1, 64, 40),
        i => 2 * (i + 1),
        CUresult.CUDA_ERROR_LAUNCH_FAILED,
        FindingKind.Uninitialised,
        PlantedFiles.LineOf("registers.mutant.ptx", "first addition"),
        "%f2");

    [Fact]
    public void An_index_behind_a_local_array_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "local_table", 1, 64, 40),
        i => i + 1,
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "behind the table"),
        "local");

    [Fact]
    public void Memory_that_nobody_wrote_reads_as_not_a_number()
    {
        using DeviceProgram program = new();
        nint doubles = program.Kernel("memory", "double_all");
        ulong x = program.Allocate(32), y = program.Allocate(32);
        program.Launch(doubles, 1, 32, 0, x, y, 32);
        Assert.All(program.Download(y, 32), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void A_vector_across_the_end_of_an_allocation_is_found() => KernelRun.Bites(
        new KernelLaunchCase("memory", "double_with_tail", 1, 32, 62),
        i => 2 * (i + 1),
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FindingKind.OutOfBounds,
        PlantedFiles.LineOf("memory.cu", "across the end"),
        "reads 16 bytes",
        "248 bytes",
        "thread (15, 0, 0)");
}
