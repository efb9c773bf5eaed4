using CudaNet.Emulator.Cublas;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Exports;

/// <summary>The native entry points of the emulated cuBLAS, the same for all machines.</summary>
internal static unsafe partial class CublasExports
{
    private const int Version12 = 120804;
    private const int Version13 = 130100;
    private const ulong WorkspaceAlignment = 256;

    /// <summary>major · 10000 + minor · 100 + patch.</summary>
    public static int Version => CublasCall.Generation >= 13 ? Version13 : Version12;

    public static cublasStatus_t cublasCreate_v2(nint* handle)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasCreate_v2));
        if ((handle == null ? CUBLAS_STATUS_INVALID_VALUE : call.FindContext(out _)) is { } refused)
        {
            return refused;
        }

        EmulatedContext context = call.Current!;
        *handle = context.Own(new EmulatedCublasHandle(context), LeakKind.LibraryHandle, call.Name);
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasDestroy_v2(nint handle)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasDestroy_v2), handle);
        cublasStatus_t? refused = call.Find(handle, out EmulatedCublasHandle cublas);
        if (cublas is not null)
        {
            cublas.Context.Disown(handle, cublas);
        }

        return refused ?? CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasGetVersion_v2(nint handle, int* version)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetVersion_v2));
        return call.Refused ?? Give(version, Version);
    }

    public static cublasStatus_t cublasGetProperty(int type, int* value)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetProperty));
        return call.Refused ?? Property(type, value);
    }

    public static byte* cublasGetStatusName(cublasStatus_t status) => NativeText.Of(CublasStatuses.Name(status));

    public static byte* cublasGetStatusString(cublasStatus_t status) => NativeText.Of(CublasStatuses.Text(status));

    public static cublasStatus_t cublasSetStream_v2(nint handle, nint streamId)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetStream_v2), handle);
        if (call.Find(handle, out EmulatedCublasHandle cublas) is { } refused)
        {
            return refused;
        }

        if (call.FindStream(streamId, cublas.Context, out EmulatedStream stream) is { } unfit)
        {
            return unfit;
        }

        cublas.SetStream(stream, streamId);
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasGetStream_v2(nint handle, nint* streamId)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetStream_v2), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? Give(streamId, cublas.StreamHandle);
    }

    public static cublasStatus_t cublasSetWorkspace_v2(nint handle, void* workspace, nuint workspaceSizeInBytes)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetWorkspace_v2), handle);
        if (call.Find(handle, out EmulatedCublasHandle cublas) is { } refused)
        {
            return refused;
        }

        if ((ulong)workspace % WorkspaceAlignment != 0)
        {
            return call.Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Workspace, $"the workspace at 0x{(ulong)workspace:x} is no multiple of 256.");
        }

        cublas.SetWorkspace((ulong)workspace, workspaceSizeInBytes);
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasSetMathMode(nint handle, cublasMath_t mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetMathMode), handle);
        if (call.Find(handle, out EmulatedCublasHandle cublas) is { } refused)
        {
            return refused;
        }

        if (((int)mode & 0xF) > (int)cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH || ((int)mode & ~0x1F) != 0)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        cublas.Math = mode;
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasGetMathMode(nint handle, cublasMath_t* mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetMathMode), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? Give(mode, cublas.Math);
    }

    public static cublasStatus_t cublasSetPointerMode_v2(nint handle, cublasPointerMode_t mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetPointerMode_v2), handle);
        if ((call.Find(handle, out EmulatedCublasHandle cublas) ?? (mode is < 0 or > cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE ? CUBLAS_STATUS_INVALID_VALUE : null)) is { } refused)
        {
            return refused;
        }

        cublas.PointerMode = mode;
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasGetPointerMode_v2(nint handle, cublasPointerMode_t* mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetPointerMode_v2), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? Give(mode, cublas.PointerMode);
    }

    public static cublasStatus_t cublasSetAtomicsMode(nint handle, int mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetAtomicsMode), handle);
        if ((call.Find(handle, out EmulatedCublasHandle cublas) ?? (mode is < 0 or > 1 ? CUBLAS_STATUS_INVALID_VALUE : null)) is { } refused)
        {
            return refused;
        }

        cublas.Atomics = mode;
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasGetAtomicsMode(nint handle, int* mode)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasGetAtomicsMode), handle);
        return call.Find(handle, out EmulatedCublasHandle cublas) ?? Give(mode, cublas.Atomics);
    }

    public static cublasStatus_t cublasSetSmCountTarget(nint handle, int smCountTarget)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasSetSmCountTarget), handle);
        if ((call.Find(handle, out EmulatedCublasHandle cublas)
            ?? (smCountTarget < 0 || smCountTarget > cublas.Profile.Multiprocessors ? CUBLAS_STATUS_INVALID_VALUE : null)) is { } refused)
        {
            return refused;
        }

        cublas.SmCountTarget = smCountTarget;
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLoggerConfigure(int logIsOn, int logToStdOut, int logToStdErr, byte* logFileName) => CUBLAS_STATUS_SUCCESS;

    public static cublasStatus_t cublasSetLoggerCallback(nint userCallback) => CUBLAS_STATUS_SUCCESS;

    /// <summary>Major, minor or patch of the version.</summary>
    public static cublasStatus_t Property(int type, int* value) => type switch
    {
        0 => Give(value, Version / 10000),
        1 => Give(value, Version % 10000 / 100),
        2 => Give(value, Version % 100),
        _ => CUBLAS_STATUS_INVALID_VALUE,
    };

    /// <summary>Writes an out parameter; null is an invalid value.</summary>
    public static cublasStatus_t Give<T>(T* target, T value)
        where T : unmanaged
    {
        if (target == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        *target = value;
        return CUBLAS_STATUS_SUCCESS;
    }
}
