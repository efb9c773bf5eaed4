using CudaNet.Emulator.Device;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Work of two streams on the same bytes with nothing that orders it is found at the call, under every seed.</summary>
public sealed class UnorderedWorkRules
{
    [Theory]
    [InlineData(false, false, FindingKind.Race)]
    [InlineData(true, false, null)]
    [InlineData(false, true, null)]
    public void A_missing_wait_is_found(bool waits, bool synchronises, FindingKind? kind)
    {
        using var program = new DeviceProgram();
        (EmulatedStream first, EmulatedStream second) = (program.Stream(), program.Stream());
        EmulatedEvent done = program.Event();
        (ulong a, ulong b) = (program.Alloc(), program.Alloc());
        Ok(program.Set(first, a, 1));
        Ok(program.Record(done, first));
        if (waits)
        {
            Ok(program.Wait(second, done));
        }

        if (synchronises)
        {
            Ok(program.Synchronize(first));
        }

        Ok(program.CopyAsync(second, b, a));
        Assert.Equal(kind is { } expected ? [expected] : [], program.Found);
    }

    [Fact]
    public void A_missing_join_inside_a_graph_is_found_at_its_launch()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        var graph = new EmulatedGraph(program.Machine);
        EmulatedGraphNode root = graph.Add(new EmptyOperation(), []);
        graph.Add(new FillOperation("cuMemsetD32", a, 1, 4, 1), [root]);
        graph.Add(new FillOperation("cuMemsetD32", a, 2, 4, 1), [root]);
        Ok(program.Launch(program.Instantiate(graph), stream));
        Assert.Equal([FindingKind.Race], program.Found);
    }

    [Fact]
    public void Readers_of_the_same_bytes_need_no_order()
    {
        using var program = new DeviceProgram();
        (ulong a, ulong b, ulong c) = (program.Alloc(), program.Alloc(), program.Alloc());
        Ok(program.CopyAsync(program.Stream(), b, a));
        Ok(program.CopyAsync(program.Stream(), c, a));
        Assert.Empty(program.Found);
    }

    [Fact]
    public void A_workspace_of_two_streams_at_once_is_found_as_such()
    {
        using var program = new DeviceProgram();
        ulong workspace = program.Alloc(8192);
        Ok(program.Enqueue(program.Stream(), new WorkspaceClaim("cudnnConvolutionForward", workspace, 8192)));
        Ok(program.Enqueue(program.Stream(), new WorkspaceClaim("cudnnConvolutionForward", workspace, 8192)));
        Assert.Equal([FindingKind.Workspace], program.Found);
    }

    [Fact]
    public void Memory_that_a_queued_kernel_was_handed_is_not_freed_and_makes_its_graph_stale()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        Ok(program.Begin(stream));
        Ok(program.Enqueue(stream, new TestOperation("kernel", _ => { }, pointers: [0, 17, a + 64])));
        Ok(program.End(stream, out EmulatedGraph? graph));
        EmulatedGraphExec exec = program.Instantiate(graph!);
        Ok(program.Launch(exec, stream));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(a));
        Ok(program.Synchronize(stream));
        Ok(program.Free(a));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Launch(exec, stream));
        Assert.Equal([FindingKind.FreedInUse, FindingKind.StaleGraph], program.Found);
    }

    [Fact]
    public void A_stream_that_is_destroyed_while_it_captures_takes_its_capture_with_it()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        Ok(program.Begin(stream));
        Ok(program.Call("cuStreamDestroy_v2", stream.Destroy));
        Assert.Empty(program.Machine.Captures.Active);
        program.Alloc();
    }
}
