using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreate))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreateWithPriority))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy))]
    public static CUresult cuStreamDestroy(nint hStream) => DestroyStream(nameof(cuStreamDestroy), hStream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy_v2))]
    public static CUresult cuStreamDestroy_v2(nint hStream) => DestroyStream(nameof(cuStreamDestroy_v2), hStream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamSynchronize))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamQuery))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamWaitEvent))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetFlags))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCtx))]
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

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetPriority))]
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
