using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>Everything is freed once, by the right thread, at the right time, and what cannot be freed is told.</summary>
public sealed class DisposalTests
{
    [Fact]
    public void Every_owner_frees_once_however_often_it_is_disposed_of()
    {
        using SafeProgram program = new();
        IDisposable[] owners = [new DeviceMemory(program.Context, 16), new PinnedMemory(program.Context, 16), new CudaEvent(program.Context), new CudaStream(program.Context)];
        Parallel.For(0, 64, i => owners[i % owners.Length].Dispose());
        Assert.Equal((1, 1, 1, 1), (program.Calls("cuMemFree_v2"), program.Calls("cuMemFreeHost"), program.Calls("cuEventDestroy_v2"), program.Calls("cuStreamDestroy_v2")));
    }

    [Fact]
    public void What_was_disposed_of_is_not_used()
    {
        using SafeProgram program = new();
        DeviceMemory memory = new(program.Context, 16);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => program.Stream.Fill(1, memory));
        PinnedMemory pinned = new(program.Context, 16);
        pinned.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pinned.AsSpan<byte>().Length);
        CudaStream stream = new(program.Context);
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(stream.Synchronize);
    }

    [Fact]
    public void A_context_lives_as_long_as_what_was_made_in_it()
    {
        using SafeProgram program = new();
        using CudaContext second = new(program.Cuda.Devices[0]);
        DeviceMemory memory = new(second, 16);
        second.Dispose();
        Assert.Equal(0, program.Calls("cuDevicePrimaryCtxRelease_v2"));
        Assert.Throws<ObjectDisposedException>(() => new DeviceMemory(second, 16));
        memory.Dispose();
        Assert.Equal((1, 1), (program.Calls("cuMemFree_v2"), program.Calls("cuDevicePrimaryCtxRelease_v2")));
        program.Context.MakeCurrent();
    }

    [Fact]
    public void What_the_collector_finds_is_freed_by_the_next_call_and_not_by_its_thread()
    {
        using SafeProgram program = new();
        Lose(program.Context);
        Collect();
        Assert.Equal((0, 0), (program.Calls("cuMemFree_v2"), program.Calls("cuEventDestroy_v2")));
        program.Stream.Synchronize();
        Assert.Equal((1, 1), (program.Calls("cuMemFree_v2"), program.Calls("cuEventDestroy_v2")));
    }

    [Fact]
    public void What_the_collector_finds_last_is_freed_with_the_context()
    {
        using SafeProgram program = new();
        Lose(program.Context);
        Collect();
        program.Context.Dispose();
        Assert.Equal(1, program.Calls("cuMemFree_v2"));
    }

    [Fact]
    public void What_is_disposed_of_during_a_capture_is_freed_after_it()
    {
        using SafeProgram program = new();
        DeviceMemory memory = new(program.Context, 16), other = new(program.Context, 16);
        using (StreamCapture capture = program.Stream.BeginCapture())
        {
            program.Stream.Fill(1, other);
            memory.Dispose();
            Assert.Equal(0, program.Calls("cuMemFree_v2"));
            using CudaGraph graph = capture.End();
            Assert.Equal(1, graph.NodeCount);
        }

        Assert.Equal(1, program.Calls("cuMemFree_v2"));
        other.Dispose();
    }

    [Theory]
    [InlineData("cuMemFree_v2")]
    [InlineData("cuMemFreeHost")]
    [InlineData("cuEventDestroy_v2")]
    [InlineData("cuStreamDestroy_v2")]
    [InlineData("cuGraphDestroy")]
    [InlineData("cuGraphExecDestroy")]
    [InlineData("cuDevicePrimaryCtxRelease_v2")]
    public void A_failing_release_throws_nothing_and_is_told_once_by_name(string call)
    {
        using SafeProgram program = new(FaultInjection.OfCall(call, status: 999, persistent: true)) { ExpectedLeaks = 1 };
        program.Context.ReleaseFailed += _ => throw new InvalidOperationException("a listener that fails");
        using (CudaContext context = new(program.Cuda.Devices[0]))
        {
            context.ReleaseFailed += program.Failures.Add;
        }

        program.Failures.Clear();
        int others = call == "cuStreamDestroy_v2" ? 1 : 0;
        using (new DeviceMemory(program.Context, 16))
        using (new PinnedMemory(program.Context, 16))
        using (new CudaEvent(program.Context))
        using (DeviceMemory target = new(program.Context, 16))
        using (StreamCapture capture = program.Stream.BeginCapture())
        {
            program.Stream.Fill(1, target);
            using CudaGraph graph = capture.End();
            using CudaGraphExec exec = graph.Instantiate();
        }

        program.Stream.Dispose();
        program.Context.Dispose();
        int expected = call == "cuMemFree_v2" ? 2 : 1;
        program.ExpectedLeaks = program.Machine.Leaks.Count;
        Assert.Equal(expected, program.Failures.Count);
        Assert.All(program.Failures, f => Assert.Equal((call, "CUDA_ERROR_UNKNOWN", 999), (f.Call, f.Result, f.Number)));
        Assert.True(program.Machine.Leaks.Count >= expected - others, string.Join('\n', program.Machine.Leaks));
    }

    [Fact]
    public void The_end_of_the_process_is_no_failure()
    {
        using SafeProgram program = new(FaultInjection.OfCall("cuMemFree_v2", status: 4)) { ExpectedLeaks = 1 };
        new DeviceMemory(program.Context, 16).Dispose();
        Assert.Empty(program.Failures);
        program.Stream.Dispose();
        program.Context.Dispose();
        program.ExpectedLeaks = program.Machine.Leaks.Count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose(CudaContext context)
    {
        _ = new DeviceMemory(context, 1024);
        _ = new CudaEvent(context);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
