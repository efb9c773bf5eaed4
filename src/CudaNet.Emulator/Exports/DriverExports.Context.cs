using System.Numerics;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const uint ContextApiVersion = 3020;
    private const uint MapHost = (uint)CUctx_flags.CU_CTX_MAP_HOST;
    private const uint KnownContextFlags = 0xFF;

    public static CUresult cuCtxCreate_v2(nint* pctx, uint flags, int dev) => CreateContext(nameof(cuCtxCreate_v2), pctx, flags, dev);

    public static CUresult cuCtxCreate_v4(nint* pctx, void* ctxCreateParams, uint flags, int dev)
        => ctxCreateParams == null ? CreateContext(nameof(cuCtxCreate_v4), pctx, flags, dev) : Unimplemented.Answer("cuCtxCreate_v4 with parameters");

    public static CUresult cuCtxDestroy_v2(nint ctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxDestroy_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(ctx, out EmulatedContext context) != CUDA_SUCCESS || context.IsPrimary)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        CUresult answer = context.Status;
        if (call.Current == context)
        {
            call.Machine.Contexts.Pop();
        }

        context.Destroy();
        call.Machine.Ledger.Remove(context);
        return answer;
    }

    public static CUresult cuCtxSetCurrent(nint ctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSetCurrent));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (ctx == 0)
        {
            call.Machine.Contexts.Set(null);
            return CUDA_SUCCESS;
        }

        if (call.Resolve(ctx, out EmulatedContext context) != CUDA_SUCCESS)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        call.Machine.Contexts.Set(context);
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetCurrent(nint* pctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetCurrent));
        if (call.Refuse(invalid: pctx == null) is { } refused)
        {
            return refused;
        }

        *pctx = call.Current?.Handle ?? 0;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxPushCurrent_v2(nint ctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxPushCurrent_v2));
        if (call.Refuse(invalid: ctx == 0) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(ctx, out EmulatedContext context) != CUDA_SUCCESS)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        call.Machine.Contexts.Push(context);
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxPopCurrent_v2(nint* pctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxPopCurrent_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Machine.Contexts.Pop() is not { } context)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        if (pctx != null)
        {
            *pctx = context.Handle;
        }

        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetDevice(int* device)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetDevice));
        if (call.Refuse(invalid: device == null) is { } refused)
        {
            return refused;
        }

        *device = call.Context.Device.Ordinal;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetDevice_v2(int* device, nint ctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetDevice_v2));
        if (call.Refuse(invalid: device == null) is { } refused)
        {
            return refused;
        }

        if (ContextOrCurrent(call, ctx) is not { } context)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        *device = context.Device.Ordinal;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxSynchronize()
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSynchronize));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        return call.Context.Synchronize();
    }

    public static CUresult cuCtxSynchronize_v2(nint ctx)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxSynchronize_v2));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (ContextOrCurrent(call, ctx) is not { } context)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        return context.Synchronize();
    }

    public static CUresult cuCtxGetApiVersion(nint ctx, uint* version)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetApiVersion));
        if (call.Refuse(invalid: version == null) is { } refused)
        {
            return refused;
        }

        if (ContextOrCurrent(call, ctx) is null)
        {
            return CUDA_ERROR_INVALID_CONTEXT;
        }

        *version = ContextApiVersion;
        return CUDA_SUCCESS;
    }

    public static CUresult cuCtxGetFlags(uint* flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuCtxGetFlags));
        if (call.Refuse(invalid: flags == null) is { } refused)
        {
            return refused;
        }

        *flags = call.Context.Flags | MapHost;
        return CUDA_SUCCESS;
    }

    /// <summary>The context that a handle means; null where it means none. No handle: the current one.</summary>
    private static EmulatedContext? ContextOrCurrent(NativeCall call, nint handle) =>
        handle == 0 ? call.Current : call.Resolve(handle, out EmulatedContext context) == CUDA_SUCCESS ? context : null;

    /// <summary>Known flags, and at most one way of waiting.</summary>
    private static bool AreContextFlags(uint flags) =>
        (flags & ~KnownContextFlags) == 0 && BitOperations.PopCount(flags & (uint)CUctx_flags.CU_CTX_SCHED_MASK) <= 1;

    private static CUresult CreateContext(string name, nint* pctx, uint flags, int ordinal)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (pctx == null || !AreContextFlags(flags))
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        if (Device(call, ordinal) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (device.Loss is { } loss)
        {
            return loss.Result;
        }

        EmulatedContext context = device.Create(flags, isPrimary: false, name);
        call.Machine.Ledger.Add(context, LeakKind.Context, name);
        call.Machine.Contexts.Push(context);
        *pctx = context.Handle;
        return CUDA_SUCCESS;
    }
}
