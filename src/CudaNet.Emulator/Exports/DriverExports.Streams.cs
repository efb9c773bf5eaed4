using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuStreamCreate(nint* phStream, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamCreate));
        if (call.Refuse(invalid: phStream == null || !IsStreamFlag(flags)) is { } refused)
        {
            return refused;
        }

        *phStream = call.Context.CreateStream((CUstream_flags)flags, priority: 0, call.Name).Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuStreamCreateWithPriority(nint* phStream, uint flags, int priority)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamCreateWithPriority));
        if (call.Refuse(invalid: phStream == null || !IsStreamFlag(flags)) is { } refused)
        {
            return refused;
        }

        *phStream = call.Context.CreateStream((CUstream_flags)flags, Math.Clamp(priority, GreatestPriority, 0), call.Name).Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuStreamDestroy(nint hStream) => DestroyStream(nameof(cuStreamDestroy), hStream);

    public static CUresult cuStreamDestroy_v2(nint hStream) => DestroyStream(nameof(cuStreamDestroy_v2), hStream);

    public static CUresult cuStreamSynchronize(nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamSynchronize));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return stream.Synchronize();
    }

    public static CUresult cuStreamQuery(nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamQuery));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return stream.Query();
    }

    public static CUresult cuStreamWaitEvent(nint hStream, nint hEvent, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamWaitEvent));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hEvent, out EmulatedEvent awaited) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (flags > (uint)CUevent_wait_flags.CU_EVENT_WAIT_EXTERNAL)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return awaited.LetWait(stream, flags == (uint)CUevent_wait_flags.CU_EVENT_WAIT_EXTERNAL);
    }

    public static CUresult cuStreamGetFlags(nint hStream, uint* flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamGetFlags));
        if (call.Refuse(invalid: flags == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        *flags = (uint)stream.Flags;
        return CUDA_SUCCESS;
    }

    public static CUresult cuStreamGetCtx(nint hStream, nint* pctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamGetCtx));
        if (call.Refuse(invalid: pctx == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        *pctx = stream.Context.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuStreamGetPriority(nint hStream, int* priority)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamGetPriority));
        if (call.Refuse(invalid: priority == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        *priority = stream.Priority;
        return CUDA_SUCCESS;
    }

    private static bool IsStreamFlag(uint flags) => flags <= (uint)CUstream_flags.CU_STREAM_NON_BLOCKING;

    private static CUresult DestroyStream(string name, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (hStream == 0)
        {
            return CUDA_ERROR_INVALID_HANDLE;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return call.Answer(stream.Destroy());
    }
}
