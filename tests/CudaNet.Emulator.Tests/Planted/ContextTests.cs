using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that confuse threads, contexts and devices, or ask events what they cannot know.</summary>
public sealed unsafe class ContextTests
{
    private const int Count = 32;

    private static readonly EmulatorOptions TwoDevices = new()
    {
        Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere with { Name = "The second" }],
    };

    [Fact]
    public void A_thread_without_a_context_is_found()
    {
        using DeviceProgram program = new();
        OnThread(() =>
        {
            program.MakeCurrent();
            _ = program.Allocate(Count);
        });
        program.IsClean();

        CUresult status = CUresult.CUDA_SUCCESS;
        OnThread(() =>
        {
            ulong address;
            status = program.Driver.cuMemAlloc_v2(&address, Count);
        });
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_CONTEXT, status);
        program.Found(FindingKind.Handle, "cuMemAlloc_v2", "context", "thread");
    }

    [Fact]
    public void A_kernel_that_is_given_memory_of_another_device_is_found()
    {
        using DeviceProgram program = new(options: TwoDevices);
        ulong here = program.Upload(new float[Count]);
        nint second = SecondContext(program);
        ulong there = program.Upload(new float[Count]), y = program.Allocate(Count);
        nint doubles = program.Kernel("memory", "double_all");
        program.Launch(doubles, 1, Count, 0, there, y, Count);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        program.Launch(doubles, 1, Count, 0, here, y, Count);
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, program.Driver.cuCtxSynchronize());
        program.Found(FindingKind.OutOfBounds, "'double_all'", "memory of device 0", "device 1");
        Assert.NotEqual(program.Context, second);
    }

    [Fact]
    public void An_event_of_another_context_is_found()
    {
        using DeviceProgram program = new(options: TwoDevices);
        nint ofFirst = program.Event(), streamOfFirst = program.Stream();
        program.Record(ofFirst, streamOfFirst);
        program.IsClean();

        _ = SecondContext(program);
        nint streamOfSecond = program.Stream();
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_HANDLE, program.Driver.cuEventRecord(ofFirst, streamOfSecond));
        program.Found(FindingKind.Handle, $"event 0x{ofFirst:x}", $"stream 0x{streamOfSecond:x}", "another context");
    }

    [Fact]
    public void A_kernel_on_a_stream_of_another_context_is_found()
    {
        using DeviceProgram program = new(options: TwoDevices);
        nint doubles = program.Kernel("memory", "double_all");
        ulong x = program.Upload(new float[Count]), y = program.Allocate(Count);
        program.Launch(doubles, 1, Count, program.Stream(), x, y, Count);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        _ = SecondContext(program);
        nint elsewhere = program.Stream();
        CUresult status = program.TryLaunch(doubles, 1, Count, 0, elsewhere, x, y, Count);
        Assert.True(status is CUresult.CUDA_ERROR_INVALID_HANDLE or CUresult.CUDA_ERROR_INVALID_CONTEXT, status.ToString());
        program.Found(FindingKind.Handle, "cuLaunchKernel", "'double_all'", "context");
    }

    [Fact]
    public void A_host_function_that_calls_the_driver_is_found()
    {
        using DeviceProgram program = new();
        using HostFunctions functions = new();
        nint stream = program.Stream();
        int runs = 0;
        functions.Queue(program, stream, () => runs++);
        program.Synchronise(stream);
        Assert.Equal(1, runs);
        program.IsClean();

        CUresult status = CUresult.CUDA_SUCCESS;
        functions.Queue(program, stream, () =>
        {
            ulong address;
            status = program.Driver.cuMemAlloc_v2(&address, Count);
        });
        program.Synchronise(stream);
        Assert.Equal(CUresult.CUDA_ERROR_NOT_PERMITTED, status);
        program.Found(FindingKind.Callback, "cuMemAlloc_v2", "host function");
    }

    [Fact]
    public void The_time_since_an_event_that_was_never_recorded_is_found()
    {
        using DeviceProgram program = new();
        nint start = program.Event(CUevent_flags.CU_EVENT_DEFAULT), end = program.Event(CUevent_flags.CU_EVENT_DEFAULT);
        program.Record(start, 0);
        float ms;
        program.Ok(program.Driver.cuCtxSynchronize());
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_HANDLE, program.Driver.cuEventElapsedTime(&ms, start, end));
        program.Found(FindingKind.Argument, "cuEventElapsedTime", "never recorded");

        program.Findings.Clear();
        program.Record(end, 0);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.Ok(program.Driver.cuEventElapsedTime(&ms, start, end));
        Assert.True(ms >= 0);
        program.IsClean();
    }

    [Fact]
    public void The_time_of_an_event_that_does_not_measure_is_found()
    {
        using DeviceProgram program = new();
        nint start = program.Event(CUevent_flags.CU_EVENT_DEFAULT), end = program.Event(CUevent_flags.CU_EVENT_DISABLE_TIMING);
        program.Record(start, 0);
        program.Record(end, 0);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        float ms;
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_HANDLE, program.Driver.cuEventElapsedTime(&ms, start, end));
        program.Found(FindingKind.Argument, "cuEventElapsedTime", "DISABLE_TIMING");
    }

    private static nint SecondContext(DeviceProgram program)
    {
        nint context;
        program.Ok(program.Driver.cuDevicePrimaryCtxRetain(&context, 1));
        program.Ok(program.Driver.cuCtxSetCurrent(context));
        return context;
    }

    private static void OnThread(Action action)
    {
        Exception? thrown = null;
        Thread thread = new(() => thrown = Xunit.Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }
}
