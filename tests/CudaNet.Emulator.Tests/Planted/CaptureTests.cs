using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Captures that are spoilt, and work that escapes them.</summary>
public sealed unsafe class CaptureTests
{
    private const int Count = 8;

    [Fact]
    public void An_allocation_during_a_capture_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        program.IsClean();

        ulong address;
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, program.Driver.cuMemAlloc_v2(&address, 64));
        program.Found(FindingKind.Capture, "cuMemAlloc_v2");
        IsLost(program, stream, CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        CapturesAgain(program, stream, x);
    }

    [Fact]
    public void A_synchronisation_of_the_capturing_stream_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, program.Driver.cuStreamSynchronize(stream));
        program.Found(FindingKind.Capture, "cuStreamSynchronize");
        IsLost(program, stream, CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        CapturesAgain(program, stream, x);
    }

    [Fact]
    public void A_fork_that_is_not_joined_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), fork = program.Stream();
        ulong x = program.Allocate(Count), y = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Order(stream, fork);
        program.Fill(y, 2, Count, fork);
        program.Order(fork, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(2, program.Download(y, 1)[0]);
        program.IsClean();

        program.BeginCapture(stream);
        program.Order(stream, fork);
        program.Fill(y, 3, Count, fork);
        IsLost(program, stream, CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
        program.Found(FindingKind.Capture, "cuStreamEndCapture", "not joined");
        CapturesAgain(program, stream, x);
    }

    [Fact]
    public void A_wait_for_an_event_from_outside_the_capture_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), other = program.Stream(), done = program.Event();
        ulong x = program.Allocate(Count);
        program.Fill(x, 1, Count, other);
        program.Record(done, other);
        program.Synchronise(other);
        program.BeginCapture(stream);
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION, program.Driver.cuStreamWaitEvent(stream, done, 0));
        program.Found(FindingKind.Capture, "cuStreamWaitEvent");
        IsLost(program, stream, CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        CapturesAgain(program, stream, x);
    }

    [Fact]
    public void A_legacy_copy_while_a_blocking_stream_captures_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(0), free = program.Stream();
        ulong x = program.Allocate(Count);
        float[] values = new float[Count];
        program.BeginCapture(free);
        fixed (float* source = values)
        {
            program.Ok(program.Driver.cuMemcpyHtoD_v2(x, source, 32));
        }

        program.Ok(program.Driver.cuGraphDestroy(program.EndCapture(free)));
        program.Findings.Clear();

        program.BeginCapture(stream);
        fixed (float* source = values)
        {
            Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, program.Driver.cuMemcpyHtoD_v2(x, source, 32));
        }

        program.Found(FindingKind.Capture, "cuMemcpyHtoD_v2", "legacy");
        IsLost(program, stream, CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        CapturesAgain(program, stream, x);
    }

    [Fact]
    public void Work_that_escapes_the_capture_to_another_stream_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), other = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        program.IsClean();

        program.Fill(x, 2, Count, other);
        program.Found(FindingKind.Capture, "cuMemsetD32Async");
        program.Findings.Clear();
        nint graph = program.EndCapture(stream);
        nuint nodes;
        program.Ok(program.Driver.cuGraphGetNodes(graph, null, &nodes));
        Assert.Equal(1u, nodes);
        program.IsClean();
    }

    [Fact]
    public void A_question_to_an_event_of_the_capture_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), done = program.Event();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        program.Record(done, stream);
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuEventSynchronize(done));
        program.Found(FindingKind.Capture, "cuEventSynchronize");
    }

    [Fact]
    public void A_capture_that_another_thread_ends_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        CUresult status = CUresult.CUDA_SUCCESS;
        Thread thread = new(() =>
        {
            nint graph;
            _ = program.Driver.cuCtxSetCurrent(program.Context);
            status = program.Driver.cuStreamEndCapture(stream, &graph);
        });
        thread.Start();
        thread.Join();
        Assert.Equal(CUresult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, status);
        program.Found(FindingKind.Capture, "cuStreamEndCapture", "thread");
    }

    /// <summary>The end of the capture answers this, and gives no graph.</summary>
    private static void IsLost(DeviceProgram program, nint stream, CUresult status)
    {
        nint graph = -1;
        Assert.Equal(status, program.Driver.cuStreamEndCapture(stream, &graph));
        Assert.Equal(0, graph);
    }

    /// <summary>The stream is as before: the correct capture works.</summary>
    private static void CapturesAgain(DeviceProgram program, nint stream, ulong x)
    {
        program.Findings.Clear();
        program.BeginCapture(stream);
        program.Fill(x, 4, Count, stream);
        nint executable = program.Instantiate(program.EndCapture(stream));
        program.Ok(program.Driver.cuGraphLaunch(executable, stream));
        program.Synchronise(stream);
        Assert.Equal(Enumerable.Repeat(4f, Count), program.Download(x, Count));
        program.Ok(program.Driver.cuGraphExecDestroy(executable));
        program.IsClean();
    }
}
