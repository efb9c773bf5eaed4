using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>Copies, host functions, captures and graphs through the owners.</summary>
public sealed class StreamTests
{
    [Fact]
    public void Values_go_to_the_device_and_back()
    {
        using SafeProgram program = new();
        using DeviceMemory first = new(program.Context, 256), second = new(program.Context, 256);
        using PinnedMemory pinned = new(program.Context, 256);
        float[] values = [.. Enumerable.Range(0, 64).Select(static i => i * 0.5f)], back = new float[64];
        program.Stream.Upload<float>(values, first);
        program.Stream.Copy(first, (DeviceSlice)second);
        program.Stream.Download<float>(second, back);
        Assert.Equal(values, back);
        program.Stream.Copy(second.Slice(128, 64), pinned.Slice(0, 64));
        program.Stream.Synchronize();
        Assert.Equal(values.AsSpan(32, 16), pinned.AsSpan<float>()[..16]);
        program.Stream.Copy(pinned.Slice(0, 64), first.Slice(0, 64));
        program.Stream.Fill(0x3F800000u, first.Slice(64, 64));
        program.Stream.Fill((byte)0, first.Slice(128, 128));
        program.Stream.Download<float>(first, back);
        Assert.Equal([.. values[32..48], .. Enumerable.Repeat(1f, 16), .. new float[32]], back);
        Assert.Empty(program.Machine.Findings);
    }

    [Fact]
    public void Sizes_that_differ_and_parts_outside_are_refused_before_any_call()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 256);
        long calls = program.Machine.Calls.Total;
        Assert.Throws<ArgumentException>(() => program.Stream.Upload<float>(new float[63], memory));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Slice(250, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Slice(-1, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Slice(8, long.MaxValue));
        Assert.Throws<ArgumentException>(() => program.Stream.Fill(1u, memory.Slice(0, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceMemory(program.Context, 0));
        Assert.Equal(calls, program.Machine.Calls.Total);
    }

    [Fact]
    public void Any_thread_may_use_a_context()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 4);
        int[] back = new int[1];
        Assert.Null(OnAnotherThread(() => program.Stream.Fill(7u, memory)));
        program.Stream.Download<int>(memory, back);
        Assert.Equal(7, back[0]);
    }

    [Fact]
    public void Events_order_streams_and_tell_whether_they_have_passed()
    {
        using SafeProgram program = new();
        using CudaStream other = new(program.Context);
        using CudaEvent mark = new(program.Context), start = new(program.Context, timing: true), end = new(program.Context, timing: true);
        using DeviceMemory memory = new(program.Context, 4), copy = new(program.Context, 4);
        Assert.True(mark.IsComplete);
        start.Context.MakeCurrent();
        program.Stream.Record(start);
        program.Stream.Fill(9u, memory);
        program.Stream.Record(mark);
        other.WaitFor(mark);
        other.Copy(memory, (DeviceSlice)copy);
        program.Stream.Record(end);
        int[] back = new int[1];
        other.Download<int>(copy, back);
        Assert.Equal(9, back[0]);
        end.Synchronize();
        Assert.True(end.IsComplete && program.Stream.IsIdle);
        Assert.True(end.ElapsedMs(start) >= 0);
        Assert.Equal(400, Assert.Throws<CudaException>(() => mark.ElapsedMs(start)).Number);
    }

    [Fact]
    public void A_captured_graph_runs_its_work_and_its_host_functions_at_every_launch()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 64);
        int called = 0;
        using CudaGraph graph = Capture(program, memory, () => called++);
        Assert.Equal([CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMSET, CUgraphNodeType.CU_GRAPH_NODE_TYPE_HOST], graph.NodeTypes().Order());
        using CudaGraphExec exec = graph.Instantiate();
        exec.Upload(program.Stream);
        Assert.Equal(0, called);
        graph.Dispose();
        exec.Launch(program.Stream);
        exec.Launch(program.Stream);
        program.Stream.Synchronize();
        Assert.Equal(2, called);
    }

    [Fact]
    public void An_executable_takes_over_another_graph_of_the_same_form()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 64);
        (int first, int second) = (0, 0);
        using CudaGraph graph = Capture(program, memory, () => first++), other = Capture(program, memory, () => second++);
        using CudaGraphExec exec = graph.Instantiate();
        Assert.True(exec.TryUpdate(other));
        exec.Launch(program.Stream);
        program.Stream.Synchronize();
        Assert.Equal((0, 1), (first, second));
        using StreamCapture capture = program.Stream.BeginCapture();
        program.Stream.Fill(1, memory);
        using CudaGraph shorter = capture.End();
        Assert.False(exec.TryUpdate(shorter));
    }

    [Fact]
    public void A_capture_is_ended_once_by_its_own_thread_or_dropped()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 64);
        StreamCapture capture = program.Stream.BeginCapture();
        Assert.True(program.Stream.IsCapturing);
        Assert.Throws<InvalidOperationException>(() => program.Stream.Upload<byte>(new byte[64], memory));
        Assert.IsType<InvalidOperationException>(OnAnotherThread(() => capture.End()));
        capture.Dispose();
        capture.Dispose();
        Assert.False(program.Stream.IsCapturing);
        Assert.Throws<InvalidOperationException>(() => capture.End());
        program.Stream.Upload<byte>(new byte[64], memory);
    }

    [Fact]
    public void What_a_host_function_throws_comes_where_someone_waits()
    {
        using SafeProgram program = new();
        program.Stream.Call(static () => throw new FormatException("no number"));
        CudaNetException exception = Assert.Throws<CudaNetException>(program.Stream.Synchronize);
        Assert.IsType<FormatException>(exception.InnerException);
        program.Stream.Synchronize();
    }

    [Fact]
    public void A_host_function_may_not_call_cuda_and_what_it_disposes_of_is_freed_later()
    {
        using SafeProgram program = new();
        DeviceMemory memory = new(program.Context, 64);
        program.Stream.Call(() =>
        {
            memory.Dispose();
            program.Stream.Synchronize();
        });
        Assert.IsType<InvalidOperationException>(Assert.Throws<CudaNetException>(program.Stream.Synchronize).InnerException);
        program.Stream.Synchronize();
        Assert.Equal(1, program.Calls("cuMemFree_v2"));
        Assert.Empty(program.Machine.Findings);
    }

    private static Exception? OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        Thread thread = new(() => thrown = Record.Exception(action));
        thread.Start();
        thread.Join();
        return thrown;
    }

    private static CudaGraph Capture(SafeProgram program, DeviceMemory memory, Action function)
    {
        using StreamCapture capture = program.Stream.BeginCapture();
        program.Stream.Fill(1, memory);
        program.Stream.Call(function);
        return capture.End();
    }
}
