using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreate))]
    public static CUresult cuStreamCreate(nint* phStream, uint Flags) => Unimplemented.Answer(nameof(cuStreamCreate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamCreateWithPriority))]
    public static CUresult cuStreamCreateWithPriority(nint* phStream, uint flags, int priority) => Unimplemented.Answer(nameof(cuStreamCreateWithPriority));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy))]
    public static CUresult cuStreamDestroy(nint hStream) => Unimplemented.Answer(nameof(cuStreamDestroy));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamDestroy_v2))]
    public static CUresult cuStreamDestroy_v2(nint hStream) => Unimplemented.Answer(nameof(cuStreamDestroy_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamSynchronize))]
    public static CUresult cuStreamSynchronize(nint hStream) => Unimplemented.Answer(nameof(cuStreamSynchronize));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamQuery))]
    public static CUresult cuStreamQuery(nint hStream) => Unimplemented.Answer(nameof(cuStreamQuery));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamWaitEvent))]
    public static CUresult cuStreamWaitEvent(nint hStream, nint hEvent, uint Flags) => Unimplemented.Answer(nameof(cuStreamWaitEvent));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetFlags))]
    public static CUresult cuStreamGetFlags(nint hStream, uint* flags) => Unimplemented.Answer(nameof(cuStreamGetFlags));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCtx))]
    public static CUresult cuStreamGetCtx(nint hStream, nint* pctx) => Unimplemented.Answer(nameof(cuStreamGetCtx));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetPriority))]
    public static CUresult cuStreamGetPriority(nint hStream, int* priority) => Unimplemented.Answer(nameof(cuStreamGetPriority));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamAddCallback))]
    public static CUresult cuStreamAddCallback(nint hStream, nint callback, void* userData, uint flags) => Unimplemented.Answer(nameof(cuStreamAddCallback));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchHostFunc))]
    public static CUresult cuLaunchHostFunc(nint hStream, nint fn, void* userData) => Unimplemented.Answer(nameof(cuLaunchHostFunc));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchHostFunc_v2))]
    public static CUresult cuLaunchHostFunc_v2(nint hStream, nint fn, void* userData, uint syncMode) => Unimplemented.Answer(nameof(cuLaunchHostFunc_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamIsCapturing))]
    public static CUresult cuStreamIsCapturing(nint hStream, CUstreamCaptureStatus* captureStatus) => Unimplemented.Answer(nameof(cuStreamIsCapturing));
}
