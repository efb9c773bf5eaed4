using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Graphs that refer to what is gone when they are launched.</summary>
public sealed unsafe class StaleGraphTests
{
    private const int Count = 16;

    private static readonly float[] Ramp = [.. Enumerable.Range(1, Count).Select(i => (float)i)];

    [Fact]
    public void A_graph_whose_fill_goes_to_freed_memory_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 5, Count, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Enumerable.Repeat(5f, Count), program.Download(x, Count));
        program.IsClean();

        program.Free(x);
        IsStale(program, executable, stream, "cuMemsetD32Async", "64 bytes", "was freed");
    }

    [Fact]
    public void A_graph_whose_kernel_was_given_freed_memory_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        nint doubles = program.Kernel("memory", "double_all");
        ulong x = program.Upload(Ramp), y = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Launch(doubles, 1, Count, stream, x, y, Count);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Ramp.Select(value => 2 * value), program.Download(y, Count));
        program.IsClean();

        program.Free(x);
        IsStale(program, executable, stream, "'double_all'", "64 bytes", "was freed");
    }

    [Fact]
    public void A_graph_whose_module_is_gone_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        nint doubles = program.Kernel("memory", "double_all");
        ulong x = program.Upload(Ramp), y = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Launch(doubles, 1, Count, stream, x, y, Count);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        program.IsClean();

        program.Ok(program.Driver.cuModuleUnload(program.Module("memory")));
        IsStale(program, executable, stream, "'double_all'", "module");
    }

    [Fact]
    public void A_graph_that_holds_a_copy_from_a_temporary_array_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        float* kept = program.Pin(Ramp);
        program.BeginCapture(stream);
        program.ToDevice(x, kept, Count, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Ramp, program.Download(x, Count));
        program.IsClean();

        program.BeginCapture(stream);
        fixed (float* temporary = Ramp)
        {
            program.Ok(program.Driver.cuMemcpyHtoDAsync_v2(x, temporary, 64, stream));
        }

        program.Found(FindingKind.Argument, "cuMemcpyHtoDAsync_v2", $"stream 0x{stream:x}", "neither pinned nor registered");
    }

    [Fact]
    public void A_graph_whose_pinned_memory_was_freed_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        float* source = program.Pin(Ramp);
        program.BeginCapture(stream);
        program.ToDevice(x, source, Count, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Ramp, program.Download(x, Count));
        program.IsClean();

        program.Ok(program.Driver.cuMemFreeHost(source));
        IsStale(program, executable, stream, "cuMemcpyHtoDAsync", "64 bytes", "was freed");
    }

    [Fact]
    public void A_graph_that_was_destroyed_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 5, Count, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Ok(program.Driver.cuGraphExecDestroy(executable));
        program.Synchronise(stream);
        Assert.Equal(Enumerable.Repeat(5f, Count), program.Download(x, Count));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuGraphLaunch(executable, stream));
        program.Found(FindingKind.Handle, "cuGraphLaunch", $"0x{executable:x}");
    }

    /// <summary>The launch, or at the latest the synchronisation after it, fails, and says why.</summary>
    private static void IsStale(DeviceProgram program, nint executable, nint stream, params string[] facts)
    {
        CUresult launched = program.Driver.cuGraphLaunch(executable, stream);
        CUresult synchronised = program.Driver.cuStreamSynchronize(stream);
        Assert.False(launched == CUresult.CUDA_SUCCESS && synchronised == CUresult.CUDA_SUCCESS, "the stale graph ran");
        program.Found(FindingKind.StaleGraph, facts);
    }
}
