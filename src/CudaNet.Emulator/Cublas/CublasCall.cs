using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Cublas;

/// <summary>One call of cuBLAS or cublasLt: arguments found by handle. What a step returns other than null ends the call.</summary>
internal readonly ref struct CublasCall
{
    private readonly NativeCall _call;
    private readonly nint _claimed;
    private readonly bool _isContested;

    private CublasCall(NativeCall call, nint claimed, bool isContested)
    {
        _call = call;
        _claimed = claimed;
        _isContested = isContested;
    }

    public EmulatedMachine Machine => _call.Machine;

    public string Name => _call.Name;

    /// <summary>The current context; null where there is none.</summary>
    public EmulatedContext? Current => _call.Current;

    /// <summary>12 or 13.</summary>
    public static int Generation => EmulatedMachine.Current?.Options.CublasMajor ?? 13;

    /// <summary>What stands against the call whatever its arguments are.</summary>
    public cublasStatus_t? Refused => _call.Injected is { } result ? FromDriver(result) : null;

    /// <param name="name">The function's exported name.</param>
    /// <param name="handle">The handle it is called with; 0 for none. A cublasLt handle may be used by several threads.</param>
    public static CublasCall Enter(string name, nint handle = 0)
    {
        bool free = HandleClaims.TryTake(handle);
        return new CublasCall(NativeCall.Enter(name), free ? handle : 0, !free);
    }

    public void Dispose()
    {
        _call.Dispose();
        if (_claimed != 0)
        {
            HandleClaims.Return(_claimed);
        }
    }

    /// <summary>Records a finding and gives the status back.</summary>
    public cublasStatus_t Find(cublasStatus_t status, FindingKind kind, string message)
    {
        _call.Find(kind, message);
        return status;
    }

    /// <summary>The context that a new handle belongs to.</summary>
    public cublasStatus_t? FindContext(out EmulatedContext context)
    {
        context = _call.Current!;
        return Refused ?? (!Machine.IsInitialised || context is null ? CUBLAS_STATUS_NOT_INITIALIZED
            : context.Fault is not null ? CUBLAS_STATUS_EXECUTION_FAILED : null);
    }

    /// <summary>The handle, whose context must be the current one.</summary>
    public cublasStatus_t? Find(nint handle, out EmulatedCublasHandle cublas)
    {
        cublas = null!;
        return Refused ?? Find(handle, "cuBLAS handle", out cublas) ?? InContext(handle, cublas.Context);
    }

    /// <param name="handle">A cublasLt handle.</param>
    /// <param name="cublas">Meaningful where the answer is null.</param>
    /// <param name="nullIn12">What generation 12 answers to null; nothing: it crashes.</param>
    public cublasStatus_t? Find(nint handle, out EmulatedCublasLtHandle cublas, cublasStatus_t? nullIn12 = null)
    {
        cublas = null!;
        if (handle == 0 && Generation < 13 && Refused is null)
        {
            return nullIn12 ?? Find(CUBLAS_STATUS_NOT_INITIALIZED, FindingKind.Argument, "the handle is null; the real library crashes here.");
        }

        return Refused ?? Find(handle, "cublasLt handle", out cublas) ?? InContext(handle, cublas.Context);
    }

    /// <summary>A descriptor, layout or preference of cublasLt; null is an invalid value.</summary>
    public cublasStatus_t? FindObject<T>(nint handle, out T found)
        where T : LtObject
    {
        found = Machine.Handles.Find<T>(handle)!;
        return found is not null ? null : handle == 0 ? CUBLAS_STATUS_INVALID_VALUE
            : Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Handle, $"0x{handle:x} is no {typeof(T).Name}{(Machine.Handles.WasDestroyed<T>(handle) ? ": it was destroyed" : string.Empty)}.");
    }

    /// <summary>The stream that a handle means, which must be of this context.</summary>
    public cublasStatus_t? FindStream(nint handle, EmulatedContext context, out EmulatedStream stream)
    {
        if (_call.Stream(handle, out stream) != CUresult.CUDA_SUCCESS)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        return stream.Context == context ? null : Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Handle, "the stream belongs to another context than the handle.");
    }

    /// <summary>A factor that is read on the host, unless the pointer mode is DEVICE: an address of the device is none then.</summary>
    public unsafe cublasStatus_t? RefuseScalars(bool onDevice, void* alpha, void* beta) =>
        onDevice || !(MemorySpace.IsDeviceAddress((ulong)alpha) || MemorySpace.IsDeviceAddress((ulong)beta)) ? null
        : Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Argument, "alpha or beta is an address of the device, and the pointer mode is HOST; the real library crashes here.");

    /// <summary>Queues work, behind a claim on the workspace where one is given.</summary>
    public static cublasStatus_t Enqueue(EmulatedStream stream, BlasOperation operation, WorkspaceClaim? workspace)
    {
        CUresult queued = workspace is null ? CUresult.CUDA_SUCCESS : stream.Enqueue(workspace);
        return FromDriver(queued != CUresult.CUDA_SUCCESS ? queued : stream.Enqueue(operation));
    }

    /// <summary>What cuBLAS makes of a failure of the driver.</summary>
    public static cublasStatus_t FromDriver(CUresult result) => result switch
    {
        CUresult.CUDA_SUCCESS => CUBLAS_STATUS_SUCCESS,
        CUresult.CUDA_ERROR_OUT_OF_MEMORY => CUBLAS_STATUS_ALLOC_FAILED,
        CUresult.CUDA_ERROR_NOT_INITIALIZED or CUresult.CUDA_ERROR_DEINITIALIZED => CUBLAS_STATUS_NOT_INITIALIZED,
        _ => CUBLAS_STATUS_EXECUTION_FAILED,
    };

    private cublasStatus_t? Find<T>(nint handle, string kind, out T found)
        where T : class
    {
        found = Machine.Handles.Find<T>(handle)!;
        return found is not null ? null : handle == 0 ? CUBLAS_STATUS_NOT_INITIALIZED
            : Find(CUBLAS_STATUS_NOT_INITIALIZED, FindingKind.Handle, $"0x{handle:x} is no {kind}{(Machine.Handles.WasDestroyed<T>(handle) ? ": it was destroyed" : string.Empty)}.");
    }

    private cublasStatus_t? InContext(nint handle, EmulatedContext context)
    {
        if (_isContested)
        {
            _call.Find(FindingKind.Handle, $"the handle 0x{handle:x} is in use by another thread at the same time.");
        }

        if (context.Fault is not null)
        {
            return CUBLAS_STATUS_EXECUTION_FAILED;
        }

        return _call.Current == context ? null
            : Find(CUBLAS_STATUS_EXECUTION_FAILED, FindingKind.Handle, $"the handle 0x{handle:x} belongs to another context than the thread's current one.");
    }
}
