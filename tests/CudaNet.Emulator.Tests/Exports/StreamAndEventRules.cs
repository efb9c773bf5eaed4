using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Streams, events and host functions: what their handles and arguments answer.</summary>
public sealed unsafe class StreamAndEventRules
{
    [Fact]
    public void A_stream_takes_known_flags()
    {
        using var host = new DriverHost();
        nint stream;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamCreate(&stream, 2));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamCreate(null, 0));
    }

    [Fact]
    public void A_stream_tells_its_flags_priority_and_context()
    {
        using var host = new DriverHost();
        nint stream, context;
        uint flags;
        int priority;
        DriverHost.Ok(host.Api.cuStreamCreateWithPriority(&stream, 1, -100));
        DriverHost.Ok(host.Api.cuStreamGetFlags(stream, &flags));
        DriverHost.Ok(host.Api.cuStreamGetPriority(stream, &priority));
        DriverHost.Ok(host.Api.cuStreamGetCtx(stream, &context));
        Assert.Equal((1u, -5, host.Context), (flags, priority, context));
    }

    [Fact]
    public void The_default_stream_cannot_be_destroyed()
    {
        using var host = new DriverHost();
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuStreamDestroy_v2(0));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuStreamDestroy_v2(1));
    }

    [Fact]
    public void A_destroyed_stream_answers_that_its_context_is_destroyed()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        ulong address = host.Allocate(4);
        float* pinned = host.Pinned(4);
        nint function = host.Saxpy();
        nint graph;
        DriverHost.Ok(host.Api.cuStreamDestroy_v2(stream));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, host.Api.cuStreamDestroy_v2(stream));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, host.Api.cuMemcpyHtoDAsync_v2(address, pinned, 4, stream));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, host.Api.cuStreamBeginCapture_v2(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, host.Api.cuStreamEndCapture(stream, &graph));
        ulong pointer = address;
        float factor = 1;
        uint count = 1;
        void** parameters = stackalloc void*[] { &pointer, &pointer, &factor, &count };
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, host.Api.cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, stream, parameters, null));
        Assert.Contains(host.Machine.Findings, f => f.Kind == FindingKind.Handle);
    }

    [Theory]
    [InlineData(0u, CUDA_SUCCESS)]
    [InlineData(3u, CUDA_SUCCESS)]
    [InlineData(4u, CUDA_ERROR_INVALID_VALUE)]
    [InlineData(6u, CUDA_SUCCESS)]
    [InlineData(8u, CUDA_ERROR_INVALID_VALUE)]
    internal void An_event_takes_known_flags_and_measures_nothing_for_other_processes(uint flags, CUresult expected)
    {
        using var host = new DriverHost();
        nint made;
        Assert.Equal(expected, host.Api.cuEventCreate(&made, flags));
    }

    [Fact]
    public void A_null_event_is_an_invalid_handle_and_unknown_flags_are_invalid()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuEventRecord(0, stream));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuStreamWaitEvent(stream, 0, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamWaitEvent(stream, host.Event(), 2));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuEventDestroy_v2(0));
    }

    [Fact]
    public void An_event_that_was_never_recorded_is_done_and_measures_nothing()
    {
        using var host = new DriverHost();
        nint first = host.Event();
        float milliseconds;
        Assert.Equal(CUDA_SUCCESS, host.Api.cuEventQuery(first));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuEventSynchronize(first));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuEventElapsedTime(&milliseconds, first, host.Event()));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuEventElapsedTime(null, first, first));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuStreamWaitEvent(host.Stream(), first, 0));
    }

    [Fact]
    public void An_event_without_timing_measures_nothing()
    {
        using var host = new DriverHost();
        nint silent = host.Event((uint)CUevent_flags.CU_EVENT_DISABLE_TIMING);
        nint timed = host.Event();
        nint stream = host.Stream();
        float milliseconds;
        DriverHost.Ok(host.Api.cuEventRecord(silent, stream));
        DriverHost.Ok(host.Api.cuEventRecord(timed, stream));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuEventElapsedTime(&milliseconds, silent, timed));
    }

    [Fact]
    public void Events_in_order_measure_a_time_that_is_not_negative()
    {
        using var host = new DriverHost();
        nint begin = host.Event();
        nint end = host.Event();
        nint stream = host.Stream();
        ulong address = host.Allocate(64);
        float milliseconds = -1;
        DriverHost.Ok(host.Api.cuEventRecord(begin, stream));
        DriverHost.Ok(host.Api.cuMemsetD8Async(address, 0, 64, stream));
        DriverHost.Ok(host.Api.cuEventRecord(end, stream));
        DriverHost.Ok(host.Api.cuEventSynchronize(end));
        DriverHost.Ok(host.Api.cuEventElapsedTime(&milliseconds, begin, end));
        Assert.True(milliseconds >= 0);
    }

    [Fact]
    public void A_host_function_runs_in_its_place_and_null_is_invalid()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        int calls = 0;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuLaunchHostFunc(stream, 0, null));
        DriverHost.Ok(host.Api.cuLaunchHostFunc(stream, (nint)(delegate* unmanaged<void*, void>)&Count, &calls));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_callback_is_told_its_stream_and_refused_in_a_capture_that_goes_on()
    {
        using var host = new DriverHost();
        nint callback = (nint)(delegate* unmanaged<nint, CUresult, nint*, void>)&Remember;
        nint stream = host.Stream();
        nint seen = 0;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamAddCallback(stream, callback, &seen, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamAddCallback(stream, 0, &seen, 0));
        DriverHost.Ok(host.Api.cuStreamAddCallback(stream, callback, &seen, 0));
        DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        Assert.Equal(stream, seen);
        CUstreamCaptureStatus status;
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, host.Api.cuStreamAddCallback(stream, callback, &seen, 0));
        DriverHost.Ok(host.Api.cuStreamIsCapturing(stream, &status));
        Assert.Equal(CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE, status);
    }

    [UnmanagedCallersOnly]
    private static void Count(void* calls) => Unsafe.AsRef<int>(calls)++;

    [UnmanagedCallersOnly]
    private static void Remember(nint stream, CUresult status, nint* seen) => *seen = status == CUDA_SUCCESS ? stream : -1;
}
