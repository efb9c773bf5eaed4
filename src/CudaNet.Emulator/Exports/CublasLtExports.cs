using CudaNet.Emulator.Cublas;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Exports;

/// <summary>The native entry points of the emulated cublasLt, the same for all machines.</summary>
internal static unsafe partial class CublasLtExports
{
    public static cublasStatus_t cublasLtCreate(nint* lightHandle)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtCreate));
        if ((lightHandle == null ? CUBLAS_STATUS_INVALID_VALUE : call.FindContext(out _)) is { } refused)
        {
            return refused;
        }

        EmulatedContext context = call.Current!;
        *lightHandle = context.Own(new EmulatedCublasLtHandle(context), LeakKind.LibraryHandle, call.Name);
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLtDestroy(nint lightHandle)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtDestroy));
        if (lightHandle == 0)
        {
            return call.Refused ?? CUBLAS_STATUS_INVALID_VALUE;
        }

        cublasStatus_t? refused = call.Find(lightHandle, out EmulatedCublasLtHandle cublas);
        if (cublas is not null)
        {
            cublas.Context.Disown(lightHandle, cublas);
        }

        return refused ?? CUBLAS_STATUS_SUCCESS;
    }

    public static nuint cublasLtGetVersion() => (nuint)CublasExports.Version;

    public static nuint cublasLtGetCudartVersion() => CublasCall.Generation >= 13 ? 13000u : 12080u;

    public static cublasStatus_t cublasLtGetProperty(int type, int* value)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtGetProperty));
        return call.Refused ?? CublasExports.Property(type, value);
    }

    public static byte* cublasLtGetStatusName(cublasStatus_t status) => NativeText.Of(CublasStatuses.Name(status));

    public static byte* cublasLtGetStatusString(cublasStatus_t status) => NativeText.Of(CublasStatuses.Text(status));

    public static cublasStatus_t cublasLtHeuristicsCacheSetCapacity(nuint capacity) => CUBLAS_STATUS_SUCCESS;

    public static cublasStatus_t cublasLtMatmulDescCreate(nint* matmulDesc, cublasComputeType_t computeType, cudaDataType scaleType)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulDescCreate));
        return call.Refused ?? Create(call, matmulDesc, new LtMatmulDescriptor(computeType, scaleType, CublasCall.Generation));
    }

    public static cublasStatus_t cublasLtMatmulDescDestroy(nint matmulDesc) => Destroy<LtMatmulDescriptor>(nameof(cublasLtMatmulDescDestroy), matmulDesc);

    public static cublasStatus_t cublasLtMatmulDescSetAttribute(nint matmulDesc, cublasLtMatmulDescAttributes_t attr, void* buf, nuint sizeInBytes) =>
        Set<LtMatmulDescriptor>(nameof(cublasLtMatmulDescSetAttribute), matmulDesc, (int)attr, buf, sizeInBytes);

    public static cublasStatus_t cublasLtMatmulDescGetAttribute(nint matmulDesc, cublasLtMatmulDescAttributes_t attr, void* buf, nuint sizeInBytes, nuint* sizeWritten) =>
        Get<LtMatmulDescriptor>(nameof(cublasLtMatmulDescGetAttribute), matmulDesc, (int)attr, buf, sizeInBytes, sizeWritten);

    public static cublasStatus_t cublasLtMatrixLayoutCreate(nint* matLayout, cudaDataType type, ulong rows, ulong cols, long ld)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatrixLayoutCreate));
        return call.Refused ?? Create(call, matLayout, new LtMatrixLayout(type, rows, cols, ld));
    }

    public static cublasStatus_t cublasLtMatrixLayoutDestroy(nint matLayout) => Destroy<LtMatrixLayout>(nameof(cublasLtMatrixLayoutDestroy), matLayout);

    public static cublasStatus_t cublasLtMatrixLayoutSetAttribute(nint matLayout, int attr, void* buf, nuint sizeInBytes) =>
        Set<LtMatrixLayout>(nameof(cublasLtMatrixLayoutSetAttribute), matLayout, attr, buf, sizeInBytes);

    public static cublasStatus_t cublasLtMatrixLayoutGetAttribute(nint matLayout, int attr, void* buf, nuint sizeInBytes, nuint* sizeWritten) =>
        Get<LtMatrixLayout>(nameof(cublasLtMatrixLayoutGetAttribute), matLayout, attr, buf, sizeInBytes, sizeWritten);

    public static cublasStatus_t cublasLtMatmulPreferenceCreate(nint* pref)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulPreferenceCreate));
        return call.Refused ?? Create(call, pref, new LtPreference());
    }

    public static cublasStatus_t cublasLtMatmulPreferenceDestroy(nint pref) => Destroy<LtPreference>(nameof(cublasLtMatmulPreferenceDestroy), pref);

    public static cublasStatus_t cublasLtMatmulPreferenceSetAttribute(nint pref, cublasLtMatmulPreferenceAttributes_t attr, void* buf, nuint sizeInBytes) =>
        Set<LtPreference>(nameof(cublasLtMatmulPreferenceSetAttribute), pref, (int)attr, buf, sizeInBytes);

    public static cublasStatus_t cublasLtMatmulPreferenceGetAttribute(nint pref, cublasLtMatmulPreferenceAttributes_t attr, void* buf, nuint sizeInBytes, nuint* sizeWritten) =>
        Get<LtPreference>(nameof(cublasLtMatmulPreferenceGetAttribute), pref, (int)attr, buf, sizeInBytes, sizeWritten);

    private static cublasStatus_t Create(CublasCall call, nint* target, LtObject made)
    {
        if (target == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        *target = call.Machine.Handles.Add(made);
        call.Machine.Ledger.Add(made, LeakKind.Descriptor, call.Name);
        return CUBLAS_STATUS_SUCCESS;
    }

    private static cublasStatus_t Destroy<T>(string name, nint handle)
        where T : LtObject
    {
        using CublasCall call = CublasCall.Enter(name);
        if (call.Refused is { } refused)
        {
            return refused;
        }

        if (handle == 0)
        {
            return CUBLAS_STATUS_SUCCESS;
        }

        if (call.FindObject(handle, out T found) is { } missing)
        {
            return missing;
        }

        call.Machine.Handles.Remove(handle);
        call.Machine.Ledger.Remove(found);
        return CUBLAS_STATUS_SUCCESS;
    }

    private static cublasStatus_t Set<T>(string name, nint handle, int attribute, void* buffer, nuint bytes)
        where T : LtObject
    {
        using CublasCall call = CublasCall.Enter(name);
        return call.Refused ?? call.FindObject(handle, out T found)
            ?? (buffer != null && bytes <= 16 && found.Attributes.TrySet(attribute, new(buffer, (int)bytes)) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE);
    }

    /// <summary>With no buffer it tells the size.</summary>
    private static cublasStatus_t Get<T>(string name, nint handle, int attribute, void* buffer, nuint bytes, nuint* written)
        where T : LtObject
    {
        using CublasCall call = CublasCall.Enter(name);
        if ((call.Refused ?? call.FindObject(handle, out T _)) is { } refused)
        {
            return refused;
        }

        call.FindObject(handle, out T found);
        if (found.Attributes.Find(attribute) is not { } value || (bytes == 0 ? buffer != null || written == null : buffer == null || (int)bytes != value.Length))
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        value.AsSpan(0, (int)bytes).CopyTo(new Span<byte>(buffer, (int)bytes));
        if (written != null)
        {
            *written = (nuint)value.Length;
        }

        return CUBLAS_STATUS_SUCCESS;
    }
}
