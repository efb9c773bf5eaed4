using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;
using static CudaNet.Kernels.Cuda.Native.CUstreamCaptureMode;
using static CudaNet.Kernels.Cuda.Native.CUstreamCaptureStatus;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>What captures answer, and what they forbid: each row of the rules with its status and whether the capture survives.</summary>
public sealed class CaptureRules
{
    private static readonly Dictionary<string, Func<Stage, CUresult>> Calls = new()
    {
        ["begin a capture on the stream that captures"] = s => s.Program.Begin(s.Stream),
        ["begin a capture on a forked stream"] = s => s.Program.Begin(s.Fork()),
        ["end the capture on a forked stream"] = s => s.Program.End(s.Fork(), out _),
        ["synchronise the stream that captures"] = s => s.Program.Synchronize(s.Stream),
        ["query the stream that captures"] = s => s.Program.Query(s.Stream),
        ["synchronise the context"] = s => s.Program.Synchronize(),
        ["synchronise another stream"] = s => s.Program.Synchronize(s.Other),
        ["query another stream"] = s => s.Program.Query(s.Other),
        ["query an event of the capture"] = s => s.Program.Call("cuEventQuery", s.Recorded().Query),
        ["synchronise an event of the capture"] = s => s.Program.Call("cuEventSynchronize", s.Recorded().Synchronize),
        ["query an ordinary event"] = s => s.Program.Call("cuEventQuery", s.Outside.Query),
        ["wait for an event recorded outside"] = s => s.Program.Wait(s.Stream, s.Outside),
        ["wait for an event never recorded"] = s => s.Program.Wait(s.Stream, s.Program.Event()),
        ["wait from outside for an event of the capture"] = s => s.Program.Wait(s.Other, s.Recorded()),
        ["work on the legacy stream"] = s => s.Program.Set(s.Program.Legacy, s.Memory, 1),
        ["ask whether the legacy stream captures"] = s => s.Program.Call("cuStreamIsCapturing", () => s.Program.Machine.Captures.StatusOf(s.Program.Legacy, out _)),
        ["allocate memory"] = s => s.Program.Call("cuMemAlloc_v2", () => CUDA_SUCCESS),
        ["free memory"] = s => s.Program.Free(s.Memory),
        ["allocate pinned memory"] = s => s.Program.Call("cuMemHostAlloc", () => CUDA_SUCCESS),
        ["load a module"] = s => s.Program.Call("cuModuleLoadDataEx", () => CUDA_SUCCESS),
        ["unload a module"] = s => s.Program.Call("cuModuleUnload", () => CUDA_SUCCESS),
        ["allocate managed memory"] = s => s.Program.Call("cuMemAllocManaged", () => CUDA_SUCCESS),
        ["register host memory"] = s => s.Program.Call("cuMemHostRegister_v2", () => CUDA_SUCCESS),
        ["free pinned memory"] = s => s.Program.Call("cuMemFreeHost", () => CUDA_SUCCESS),
        ["set a limit of the context"] = s => s.Program.Call("cuCtxSetLimit", () => CUDA_SUCCESS),
        ["destroy a cuDNN handle"] = s => s.Program.Call("cudnnDestroy", () => CUDA_SUCCESS),
        ["search for an algorithm"] = s => s.Program.Call("cudnnFindConvolutionForwardAlgorithmEx", () => CUDA_SUCCESS),
        ["make a cuBLAS handle"] = s => s.Program.Call("cublasCreate_v2", () => CUDA_SUCCESS),
        ["destroy a cuBLAS handle"] = s => s.Program.Call("cublasDestroy_v2", () => CUDA_SUCCESS),
        ["wait for an event recorded outside, as an external one"] = s => s.Program.Call("cuStreamWaitEvent", () => s.Outside.LetWait(s.Stream, isExternal: true)),
        ["destroy an executable graph"] = s => s.Program.Call("cuGraphExecDestroy", () => CUDA_SUCCESS),
        ["make a cuDNN handle"] = s => s.Program.Call("cudnnCreate", () => CUDA_SUCCESS),
        ["launch a graph into the stream"] = s => s.Program.Launch(s.Exec, s.Stream),
        ["copy pageable memory"] = s => s.CopyPageable(),
        ["free memory that is no graph's in stream order"] = s => s.Program.Call("cuMemFreeAsync", () => EmulatedMemoryPool.Free(s.Stream, s.Memory)),
        ["allocate in stream order"] = s => s.Program.Call("cuMemAllocAsync", () => s.Program.Context.Device.DefaultPool.Allocate(s.Stream, 64, "cuMemAllocAsync", out _)),
    };

    [Theory]
    [InlineData("begin a capture on the stream that captures", 401, true)]
    [InlineData("begin a capture on a forked stream", 401, true)]
    [InlineData("end the capture on a forked stream", 903, true)]
    [InlineData("synchronise the stream that captures", 900, false)]
    [InlineData("query the stream that captures", 900, false)]
    [InlineData("synchronise the context", 900, false)]
    [InlineData("synchronise another stream", 900, false)]
    [InlineData("query another stream", 900, false)]
    [InlineData("query an event of the capture", 907, true)]
    [InlineData("synchronise an event of the capture", 907, true)]
    [InlineData("query an ordinary event", 900, false)]
    [InlineData("wait for an event recorded outside", 905, false)]
    [InlineData("wait for an event never recorded", 0, true)]
    [InlineData("wait from outside for an event of the capture", 0, true)]
    [InlineData("work on the legacy stream", 0, true)]
    [InlineData("ask whether the legacy stream captures", 0, true)]
    [InlineData("allocate memory", 900, false)]
    [InlineData("free memory", 900, false)]
    [InlineData("allocate pinned memory", 900, false)]
    [InlineData("load a module", 900, false)]
    [InlineData("destroy an executable graph", 900, false)]
    [InlineData("unload a module", 900, false)]
    [InlineData("allocate managed memory", 900, false)]
    [InlineData("register host memory", 900, false)]
    [InlineData("free pinned memory", 900, false)]
    [InlineData("set a limit of the context", 900, false)]
    [InlineData("destroy a cuDNN handle", 900, false)]
    [InlineData("search for an algorithm", 900, false)]
    [InlineData("make a cuBLAS handle", 900, false)]
    [InlineData("destroy a cuBLAS handle", 900, false)]
    [InlineData("wait for an event recorded outside, as an external one", 0, true)]
    [InlineData("make a cuDNN handle", 900, false)]
    [InlineData("launch a graph into the stream", 900, false)]
    [InlineData("copy pageable memory", 0, true)]
    [InlineData("free memory that is no graph's in stream order", 1, true)]
    [InlineData("allocate in stream order", 0, true)]
    public void While_a_non_blocking_stream_captures_its_thread_is_answered(string call, int result, bool survives)
        => Check(call, result, survives, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);

    [Theory]
    [InlineData("synchronise the stream that captures", 900, false)]
    [InlineData("synchronise the context", 900, false)]
    [InlineData("synchronise another stream", 0, true)]
    [InlineData("query an ordinary event", 0, true)]
    [InlineData("query an event of the capture", 907, true)]
    [InlineData("allocate memory", 0, true)]
    [InlineData("load a module", 0, true)]
    [InlineData("wait for an event recorded outside", 905, false)]
    public void While_a_relaxed_capture_runs_its_thread_is_answered(string call, int result, bool survives)
        => Check(call, result, survives, CU_STREAM_CAPTURE_MODE_RELAXED, isBlocking: false);

    [Theory]
    [InlineData("work on the legacy stream", 906, false)]
    [InlineData("ask whether the legacy stream captures", 906, true)]
    public void While_a_blocking_stream_captures_the_legacy_stream_is_answered(string call, int result, bool survives)
    {
        foreach (CUstreamCaptureMode mode in Enum.GetValues<CUstreamCaptureMode>())
        {
            Check(call, result, survives, mode, isBlocking: true);
            using var stage = new Stage(mode, isBlocking: true);
            Assert.Equal((CUresult)result, OnAnotherThread(stage.Program, () => Calls[call](stage)));
            Assert.Equal(survives ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_INVALIDATED, stage.Stream.Capture!.Status);
        }
    }

    [Theory]
    [InlineData(0, "synchronise another stream", 900, false)]
    [InlineData(0, "allocate memory", 900, false)]
    [InlineData(0, "synchronise the context", 900, false)]
    [InlineData(1, "synchronise another stream", 0, true)]
    [InlineData(1, "allocate memory", 0, true)]
    [InlineData(1, "synchronise the context", 900, false)]
    [InlineData(2, "synchronise another stream", 0, true)]
    [InlineData(2, "allocate memory", 0, true)]
    public void Another_thread_is_answered(int mode, string call, int result, bool survives)
    {
        using var stage = new Stage((CUstreamCaptureMode)mode, isBlocking: false);
        CUresult answer = OnAnotherThread(stage.Program, () => Calls[call](stage));
        Assert.Equal((CUresult)result, answer);
        Assert.Equal(survives ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_INVALIDATED, stage.Stream.Capture!.Status);
    }

    [Fact]
    public void A_thread_that_is_relaxed_may_call_what_a_capture_elsewhere_forbids()
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_GLOBAL, isBlocking: false);
        CUresult answer = OnAnotherThread(stage.Program, () =>
        {
            Assert.Equal(CU_STREAM_CAPTURE_MODE_GLOBAL, stage.Program.Machine.Captures.ExchangeModeOfThread(CU_STREAM_CAPTURE_MODE_RELAXED));
            return Calls["allocate memory"](stage);
        });
        Ok(answer);
    }

    [Fact]
    public void A_capture_ends_on_the_thread_that_began_it_unless_it_is_relaxed()
    {
        foreach (CUstreamCaptureMode mode in Enum.GetValues<CUstreamCaptureMode>())
        {
            using var stage = new Stage(mode, isBlocking: false);
            CUresult expected = mode == CU_STREAM_CAPTURE_MODE_RELAXED ? CUDA_SUCCESS : CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
            Assert.Equal(expected, OnAnotherThread(stage.Program, () => stage.Program.End(stage.Stream, out _)));
        }
    }

    [Fact]
    public void A_broken_capture_answers_901_until_its_end_gives_no_graph_and_the_stream_works_again()
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, stage.Program.Synchronize(stage.Stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, stage.Program.Set(stage.Stream, stage.Memory, 1));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, stage.Program.Record(stage.Outside, stage.Stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, stage.Program.Synchronize(stage.Stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, stage.Program.Wait(stage.Stream, stage.Program.Event()));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, stage.Program.End(stage.Stream, out EmulatedGraph? graph));
        Assert.Null(graph);
        Assert.Null(stage.Stream.Capture);
        Ok(stage.Program.Set(stage.Stream, stage.Memory, 5));
        Ok(stage.Program.Synchronize(stage.Stream));
        Assert.Equal(5, stage.Program.Read(stage.Memory));
    }

    [Fact]
    public void An_event_of_a_broken_capture_is_refused_to_a_stream_outside()
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);
        EmulatedEvent recorded = stage.Recorded();
        stage.Program.Synchronize(stage.Stream);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, stage.Program.Wait(stage.Other, recorded));
    }

    [Fact]
    public void Two_captures_do_not_merge()
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);
        Ok(stage.Program.Begin(stage.Other));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_MERGE, stage.Program.Wait(stage.Other, stage.Recorded()));
        Assert.Equal(CU_STREAM_CAPTURE_STATUS_INVALIDATED, stage.Stream.Capture!.Status);
        Assert.Equal(CU_STREAM_CAPTURE_STATUS_INVALIDATED, stage.Other.Capture!.Status);
    }

    [Theory]
    [InlineData(true, false, 0)]
    [InlineData(false, false, 904)]
    [InlineData(true, true, 904)]
    public void A_fork_must_be_joined_with_all_its_work(bool joins, bool worksAfterwards, int result)
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);
        EmulatedStream fork = stage.Fork();
        Ok(stage.Program.Set(fork, stage.Memory, 1));
        EmulatedEvent end = stage.Program.Event();
        Ok(stage.Program.Record(end, fork));
        if (joins)
        {
            Ok(stage.Program.Wait(stage.Stream, end));
        }

        if (worksAfterwards)
        {
            Ok(stage.Program.Set(fork, stage.Memory, 2));
        }

        Assert.Equal((CUresult)result, stage.Program.End(stage.Stream, out EmulatedGraph? graph));
        Assert.Equal(result == 0, graph is not null);
        Assert.Null(fork.Capture);
        Assert.Null(stage.Stream.Capture);
    }

    [Fact]
    public void The_legacy_stream_cannot_capture_and_ends_none()
    {
        using var program = new DeviceProgram();
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, program.Begin(program.Legacy));
        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, program.End(program.Legacy, out _));
        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, program.End(program.Stream(), out _));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Begin(program.Stream(), (CUstreamCaptureMode)3));
    }

    [Fact]
    public void Captured_work_does_not_run_and_work_beside_the_capture_is_flagged()
    {
        using var stage = new Stage(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, isBlocking: false);
        Ok(stage.Program.Set(stage.Stream, stage.Memory, 1));
        Assert.Empty(stage.Program.Found);
        Ok(stage.Program.Set(stage.Other, stage.Memory, 2));
        Assert.Equal([FindingKind.Capture], stage.Program.Found);
        Ok(stage.Program.End(stage.Stream, out EmulatedGraph? graph));
        Assert.Single(graph!.Nodes);
        Ok(stage.Program.Synchronize());
        Assert.Equal(2, stage.Program.Read(stage.Memory));
    }

    private static void Check(string call, int result, bool survives, CUstreamCaptureMode mode, bool isBlocking)
    {
        using var stage = new Stage(mode, isBlocking);
        Assert.Equal((CUresult)result, Calls[call](stage));
        Assert.Equal(survives ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_INVALIDATED, stage.Stream.Capture!.Status);
    }

    private static CUresult OnAnotherThread(DeviceProgram program, Func<CUresult> call)
    {
        CUresult result = default;
        var thread = new Thread(() =>
        {
            program.Machine.Contexts.Push(program.Context);
            result = call();
        });
        thread.Start();
        thread.Join();
        return result;
    }
}
