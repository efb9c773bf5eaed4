using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>Captures of several streams on one thread, and what runs beside a capture.</summary>
public sealed class CaptureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_captures_of_one_thread_end_in_any_order(bool lastFirst)
    {
        using SafeProgram program = new();
        using CudaStream other = new(program.Context);
        DeviceMemory memory = new(program.Context, 64);
        StreamCapture first = program.Stream.BeginCapture(), second = other.BeginCapture();
        memory.Dispose();
        (lastFirst ? second : first).End().Dispose();
        Assert.Equal(0, program.Calls("cuMemFree_v2"));
        Assert.Throws<InvalidOperationException>(program.Context.Synchronize);
        (lastFirst ? first : second).End().Dispose();
        Assert.Equal(1, program.Calls("cuMemFree_v2"));
        program.Stream.Synchronize();
    }

    [Fact]
    public void A_host_function_goes_with_the_graph_of_its_own_stream()
    {
        using SafeProgram program = new();
        using CudaStream other = new(program.Context);
        int called = 0;
        StreamCapture first = program.Stream.BeginCapture(), second = other.BeginCapture();
        program.Stream.Call(() => called++);
        second.End().Dispose();
        using CudaGraph graph = first.End();
        using CudaGraphExec exec = graph.Instantiate();
        exec.Launch(program.Stream);
        program.Stream.Synchronize();
        Assert.Equal(1, called);
    }

    [Fact]
    public void A_collector_that_runs_all_the_time_breaks_no_capture()
    {
        using SafeProgram program = new();
        using DeviceMemory memory = new(program.Context, 64);
        using CancellationTokenSource stop = new();
        Thread collector = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        for (int turn = 0; turn < 50; turn++)
        {
            Abandon(program.Context);
            using StreamCapture capture = program.Stream.BeginCapture();
            program.Stream.Fill(1, memory);
            Thread.Yield();
            using CudaGraph graph = capture.End();
            Assert.Single(graph.NodeTypes());
        }

        stop.Cancel();
        collector.Join();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        program.Stream.Synchronize();
        Assert.Empty(program.Failures);
    }

    [Fact]
    public void A_context_that_many_threads_dispose_of_ends_once()
    {
        for (int turn = 0; turn < 20; turn++)
        {
            using SafeProgram program = new();
            CudaContext second = new(program.Cuda.Devices[0]);
            Parallel.For(0, 8, _ => second.Dispose());
            Assert.Equal(1, program.Calls("cuDevicePrimaryCtxRelease_v2"));
            program.Stream.Synchronize();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(CudaContext context)
    {
        _ = new DeviceMemory(context, 64);
        _ = new CudaStream(context);
        _ = new CudaEvent(context);
    }
}
