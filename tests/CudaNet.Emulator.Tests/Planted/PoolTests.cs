using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that misuse memory that is allocated and freed in the order of a stream.</summary>
public sealed unsafe class PoolTests
{
    private const int Count = 32;
    private const int Seeds = 40;

    [Fact]
    public void A_fill_behind_the_free_of_its_memory_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = Allocate(program, stream);
        program.Fill(x, 1, Count, stream);
        program.Ok(Free(program, x, stream));
        program.Synchronise(stream);
        program.IsClean();

        ulong y = Allocate(program, stream);
        program.Ok(Free(program, y, stream));
        CUresult filled = program.Driver.cuMemsetD32Async(y, 1, Count, stream);
        CUresult synchronised = program.Driver.cuStreamSynchronize(stream);
        Assert.False(filled == CUresult.CUDA_SUCCESS && synchronised == CUresult.CUDA_SUCCESS, "it ran");
        program.Found(FindingKind.UseAfterFree, "cuMemsetD32Async", "128 bytes");
    }

    [Fact]
    public void A_second_free_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = Allocate(program, stream);
        program.Ok(Free(program, x, stream));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, Free(program, x, stream));
        program.Found(FindingKind.UseAfterFree, "cuMemFreeAsync", $"0x{x:x}");
    }

    [Fact]
    public void A_use_on_another_stream_that_does_not_wait_for_the_allocation_is_found_under_some_seed()
    {
        int found = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using DeviceProgram correct = new(seed);
            Assert.Equal(CUresult.CUDA_SUCCESS, Run(correct, mutant: false));
            correct.IsClean();

            using DeviceProgram mutant = new(seed);
            if (Run(mutant, mutant: true) != CUresult.CUDA_SUCCESS)
            {
                mutant.Found(FindingKind.UseAfterFree, "'scale'", "is not allocated yet");
                found++;
            }
        }

        Assert.InRange(found, 1, Seeds);
    }

    private static CUresult Run(DeviceProgram program, bool mutant)
    {
        nint scale = program.Kernel("vectors", "scale");
        nint allocates = program.Stream(), computes = program.Stream();
        ulong x = program.Upload(new float[Count]);
        ulong y = Allocate(program, allocates);
        if (!mutant)
        {
            program.Order(allocates, computes);
        }

        CUresult launched = program.TryLaunch(scale, 1, Count, 0, computes, x, y, DeviceProgram.Parameter(1), DeviceProgram.Parameter(2), Count);
        CUresult synchronised = program.Driver.cuStreamSynchronize(computes);
        return launched != CUresult.CUDA_SUCCESS ? launched : synchronised;
    }

    private static ulong Allocate(DeviceProgram program, nint stream)
    {
        var allocate = (delegate* unmanaged<ulong*, nuint, nint, CUresult>)program.Machine.Libraries.Driver.Find("cuMemAllocAsync");
        ulong address;
        program.Ok(allocate(&address, DeviceProgram.Bytes(Count), stream));
        return address;
    }

    private static CUresult Free(DeviceProgram program, ulong address, nint stream) =>
        ((delegate* unmanaged<ulong, nint, CUresult>)program.Machine.Libraries.Driver.Find("cuMemFreeAsync"))(address, stream);
}
