using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Events of a capture, seen from outside of it: only those recorded with the flag EXTERNAL mean anything there.</summary>
public sealed unsafe class CapturedEventTests
{
    private const uint External = 1;
    private const int Count = 8;

    [Theory]
    [InlineData("cuEventRecordWithFlags")]
    [InlineData("cuEventRecordWithFlags_ptsz")]
    public void An_external_record_outside_a_capture_is_refused_and_found(string export)
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), done = program.Event();
        program.Fill(program.Allocate(Count), 1, Count, stream);
        Assert.Equal(CUDA_SUCCESS, Record(program, done, stream, 0, export));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Record(program, done, stream, 2, export));
        program.Synchronise(stream);
        program.IsClean();

        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Record(program, done, stream, External, export));
        program.Found(FindingKind.Capture, "cuEventRecordWithFlags", "does not capture");
        program.Ok(program.Driver.cuEventQuery(done));
    }

    [Fact]
    public void An_external_wait_outside_a_capture_is_refused_and_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), other = program.Stream(), done = program.Event();
        program.Record(done, stream);
        program.Wait(other, done);
        program.IsClean();

        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Driver.cuStreamWaitEvent(other, done, External));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Driver.cuStreamWaitEvent(other, program.Event(), External));
        program.BeginCapture(stream);
        program.Record(done, stream);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Driver.cuStreamWaitEvent(other, done, External));
        program.Found(FindingKind.Capture, "cuStreamWaitEvent", "does not capture");
        program.Ok(program.Driver.cuGraphDestroy(program.EndCapture(stream)));
    }

    [Theory]
    [InlineData("captured")]
    [InlineData("instantiated")]
    [InlineData("launched")]
    public void Nobody_waits_for_an_event_of_a_capture_that_is_over(string graph)
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), other = program.Stream(), done = program.Event(CUevent_flags.CU_EVENT_DEFAULT), plain = program.Event(CUevent_flags.CU_EVENT_DEFAULT);
        ulong x = program.Allocate(Count);
        program.Record(plain, stream);
        program.BeginCapture(stream);
        program.Fill(x, 1, Count, stream);
        program.Record(done, stream);
        nint captured = program.EndCapture(stream);
        if (graph != "captured")
        {
            nint executable = program.Instantiate(captured);
            if (graph == "launched")
            {
                program.Ok(program.Driver.cuGraphLaunch(executable, stream));
                program.Synchronise(stream);
            }
        }

        program.IsClean();
        float milliseconds;
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuEventQuery(done));
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuEventSynchronize(done));
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuEventElapsedTime(&milliseconds, plain, done));
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuStreamWaitEvent(other, done, 0));
        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuStreamWaitEvent(stream, done, 0));
        program.Found(FindingKind.Capture, "cuEventQuery");
        program.Fill(x, 2, Count, other);
        program.Record(done, other);
        program.Wait(stream, done);
        program.Ok(program.Driver.cuEventSynchronize(done));
    }

    [Fact]
    public void A_wait_for_an_event_of_a_capture_that_is_over_breaks_the_next_one()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(), other = program.Stream(), done = program.Event(), graph = -1;
        program.BeginCapture(stream);
        program.Record(done, stream);
        program.Ok(program.Driver.cuGraphDestroy(program.EndCapture(stream)));
        program.BeginCapture(other);
        program.IsClean();

        Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuStreamWaitEvent(other, done, 0));
        program.Found(FindingKind.Capture, "cuStreamWaitEvent", "is over");
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.Driver.cuStreamWaitEvent(other, done, 0));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, program.Driver.cuStreamEndCapture(other, &graph));
        Assert.Equal(0, graph);
    }

    [Fact]
    public void An_external_wait_in_a_capture_is_for_what_the_event_stands_for_at_each_launch()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using DeviceProgram program = new(seed);
            nint stream = program.Stream(), other = program.Stream(), filled = program.Event();
            ulong x = program.Allocate(Count), y = program.Allocate(Count);
            program.BeginCapture(other);
            program.Record(filled, other);
            program.Ok(program.Driver.cuGraphDestroy(program.EndCapture(other)));
            program.BeginCapture(stream);
            program.Ok(program.Driver.cuStreamWaitEvent(stream, filled, External));
            program.Ok(program.Driver.cuMemcpyDtoDAsync_v2(y, x, DeviceProgram.Bytes(Count), stream));
            nint executable = program.Instantiate(program.EndCapture(stream));
            for (int launch = 1; launch <= 2; launch++)
            {
                program.Fill(x, launch, Count, other);
                program.Record(filled, other);
                program.Ok(program.Driver.cuGraphLaunch(executable, stream));
                program.Synchronise(stream);
                Assert.Equal(Enumerable.Repeat((float)launch, Count), program.Download(y, Count));
            }

            program.IsClean();
        }
    }

    /// <summary>An observer of a step in a graph: careless with a plain event, which nothing records; careful with an external one.</summary>
    [Fact]
    public void An_event_recorded_as_an_external_one_stands_for_each_launch()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using DeviceProgram program = new(seed);
            nint stream = program.Stream(), copies = program.Stream(), careless = program.Event(), careful = program.Event();
            ulong x = program.Allocate(Count), y = program.Allocate(Count);
            float* seen = program.Pin(new float[Count]);
            program.BeginCapture(stream);
            program.Ok(program.Driver.cuMemcpyDtoDAsync_v2(y, x, DeviceProgram.Bytes(Count), stream));
            program.Order(stream, copies);
            program.ToHost(seen, y, Count, copies);
            Assert.Equal(CUDA_SUCCESS, Record(program, careful, copies, External));
            program.Order(copies, stream);
            program.Record(careless, stream);
            nint executable = program.Instantiate(program.EndCapture(stream));
            program.Ok(program.Driver.cuEventQuery(careful));
            for (int launch = 1; launch <= 3; launch++)
            {
                program.Fill(x, launch, Count, stream);
                program.Ok(program.Driver.cuGraphLaunch(executable, stream));
                program.Ok(program.Driver.cuEventSynchronize(careful));
                Assert.Equal(Enumerable.Repeat((float)launch, Count), new ReadOnlySpan<float>(seen, Count).ToArray());
                program.IsClean();
            }

            Assert.Equal(CUDA_ERROR_CAPTURED_EVENT, program.Driver.cuEventSynchronize(careless));
            program.Synchronise(stream);
        }
    }

    private static CUresult Record(DeviceProgram program, nint recorded, nint stream, uint flags, string export = "cuEventRecordWithFlags") =>
        ((delegate* unmanaged<nint, nint, uint, CUresult>)program.Machine.Libraries.Driver.Find(export))(recorded, stream, flags);
}
