using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Events: what they stand for, and what they answer.</summary>
public sealed class EventRules
{
    [Fact]
    public void An_event_that_was_never_recorded_is_done_and_measures_nothing()
    {
        using var program = new DeviceProgram();
        EmulatedEvent never = program.Event();
        Ok(program.Call("cuEventQuery", never.Query));
        Ok(program.Call("cuEventSynchronize", never.Synchronize));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Elapsed(program, never, never, out _));
    }

    [Fact]
    public void A_wait_for_an_event_that_was_never_recorded_does_nothing()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        Ok(program.Wait(stream, program.Event()));
        Assert.False(stream.HasWork);
    }

    [Fact]
    public void A_recorded_event_is_not_ready_until_its_stream_got_there()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (EmulatedEvent start, EmulatedEvent end) = (program.Event(), program.Event());
        Ok(program.Record(start, stream));
        Ok(program.Set(stream, program.Alloc(), 1));
        Ok(program.Record(end, stream));
        Assert.Equal(CUDA_ERROR_NOT_READY, Elapsed(program, start, end, out _));
        Ok(program.Call("cuEventSynchronize", end.Synchronize));
        Ok(program.Call("cuEventQuery", end.Query));
        Ok(Elapsed(program, start, end, out float milliseconds));
        Assert.InRange(milliseconds, 1e-6f, 1);
    }

    [Fact]
    public void An_event_without_timing_measures_nothing()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (EmulatedEvent timed, EmulatedEvent plain) = (program.Event(), program.Event(CUevent_flags.CU_EVENT_DISABLE_TIMING));
        Ok(program.Record(timed, stream));
        Ok(program.Record(plain, stream));
        Ok(program.Synchronize(stream));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Elapsed(program, timed, plain, out _));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Elapsed(program, plain, timed, out _));
    }

    [Fact]
    public void An_event_is_recorded_in_streams_of_its_own_context_only_but_any_stream_may_wait_for_it()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Turing] });
        Ok(program.Machine.Devices[1].RetainPrimary(out EmulatedContext? other));
        EmulatedStream foreign = other!.CreateStream(CUstream_flags.CU_STREAM_NON_BLOCKING, 0, "cuStreamCreate");
        EmulatedEvent mine = program.Event();
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, program.Record(mine, foreign));
        Assert.Contains(FindingKind.Handle, program.Found);
        Ok(program.Record(mine, program.Stream()));
        Ok(program.Wait(foreign, mine));
    }

    [Fact]
    public void Events_of_two_devices_measure_nothing()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Turing] });
        Ok(program.Machine.Devices[1].RetainPrimary(out EmulatedContext? other));
        EmulatedStream foreign = other!.CreateStream(CUstream_flags.CU_STREAM_NON_BLOCKING, 0, "cuStreamCreate");
        EmulatedEvent mine = program.Event(), theirs = other.CreateEvent(CUevent_flags.CU_EVENT_DEFAULT, "cuEventCreate");
        Ok(program.Record(mine, program.Stream()));
        Ok(program.Record(theirs, foreign));
        Ok(program.Call("cuEventSynchronize", mine.Synchronize));
        Ok(program.Call("cuEventSynchronize", theirs.Synchronize));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Elapsed(program, mine, theirs, out _));
    }

    [Fact]
    public void An_event_may_be_destroyed_before_it_is_reached_and_what_waits_for_it_still_waits()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            using var program = new DeviceProgram(seed);
            (EmulatedStream first, EmulatedStream second) = (program.Stream(), program.Stream());
            EmulatedEvent done = program.Event();
            (ulong a, ulong b) = (program.Alloc(), program.Alloc());
            Ok(program.Set(first, a, 7));
            Ok(program.Record(done, first));
            Ok(program.Wait(second, done));
            Ok(program.Call("cuEventDestroy_v2", done.Destroy));
            Assert.Null(program.Machine.Handles.Find<EmulatedEvent>(done.Handle));
            Ok(program.Add(second, b, a, 0));
            Ok(program.Synchronize());
            Assert.Equal(7, program.Read(b));
        }
    }

    [Fact]
    public void A_wait_keeps_the_record_of_its_call_whatever_is_recorded_later()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            using var program = new DeviceProgram(seed);
            (EmulatedStream first, EmulatedStream second) = (program.Stream(), program.Stream());
            EmulatedEvent done = program.Event();
            (ulong a, ulong b) = (program.Alloc(), program.Alloc());
            Ok(program.Set(first, a, 1));
            Ok(program.Record(done, first));
            Ok(program.Wait(second, done));
            Ok(program.Add(second, b, a, 0));
            Ok(program.Record(done, second));
            Ok(program.Wait(first, done));
            Ok(program.Set(first, a, 2));
            Ok(program.Synchronize());
            Assert.Equal(1, program.Read(b));
            Assert.Equal(2, program.Read(a));
        }
    }

    private static CUresult Elapsed(DeviceProgram program, EmulatedEvent start, EmulatedEvent end, out float milliseconds)
    {
        float elapsed = -1;
        CUresult result = program.Call("cuEventElapsedTime", () => start.ElapsedTime(end, out elapsed));
        milliseconds = elapsed;
        return result;
    }
}
