using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuEventCreate(nint* phEvent, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuEventCreate));
        if (call.Refuse(invalid: phEvent == null || !AreEventFlags(flags)) is { } refused)
        {
            return refused;
        }

        *phEvent = call.Context.CreateEvent((CUevent_flags)flags, call.Name).Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuEventRecord(nint hEvent, nint hStream) => RecordEvent(nameof(cuEventRecord), hEvent, hStream, 0);

    public static CUresult cuEventRecordWithFlags(nint hEvent, nint hStream, uint flags)
        => RecordEvent(nameof(cuEventRecordWithFlags), hEvent, hStream, flags);

    public static CUresult cuEventQuery(nint hEvent)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuEventQuery));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hEvent, out EmulatedEvent recorded) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return recorded.Query();
    }

    public static CUresult cuEventSynchronize(nint hEvent)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuEventSynchronize));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hEvent, out EmulatedEvent recorded) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return recorded.Synchronize();
    }

    public static CUresult cuEventDestroy_v2(nint hEvent)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuEventDestroy_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hEvent, out EmulatedEvent destroyed) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return call.Answer(destroyed.Destroy());
    }

    public static CUresult cuEventElapsedTime(float* pMilliseconds, nint hStart, nint hEnd)
        => ElapsedTime(nameof(cuEventElapsedTime), pMilliseconds, hStart, hEnd);

    public static CUresult cuEventElapsedTime_v2(float* pMilliseconds, nint hStart, nint hEnd)
        => ElapsedTime(nameof(cuEventElapsedTime_v2), pMilliseconds, hStart, hEnd);

    /// <summary>Known flags; an event for other processes measures no time.</summary>
    private static bool AreEventFlags(uint flags)
    {
        const CUevent_flags Known = CUevent_flags.CU_EVENT_BLOCKING_SYNC | CUevent_flags.CU_EVENT_DISABLE_TIMING | CUevent_flags.CU_EVENT_INTERPROCESS;
        var asked = (CUevent_flags)flags;
        return (asked & ~Known) == 0 && (!asked.HasFlag(CUevent_flags.CU_EVENT_INTERPROCESS) || asked.HasFlag(CUevent_flags.CU_EVENT_DISABLE_TIMING));
    }

    private static CUresult RecordEvent(string name, nint hEvent, nint hStream, uint flags)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hEvent, out EmulatedEvent recorded) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (flags > 1)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return recorded.Record(stream, isExternal: flags == 1);
    }

    private static CUresult ElapsedTime(string name, float* pMilliseconds, nint hStart, nint hEnd)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: pMilliseconds == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hStart, out EmulatedEvent start) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (call.Resolve(hEnd, out EmulatedEvent end) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = start.ElapsedTime(end, out float milliseconds);
        if (result == CUDA_SUCCESS)
        {
            *pMilliseconds = milliseconds;
        }

        return result;
    }
}
