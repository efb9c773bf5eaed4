using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>One call of cuDNN: arguments found by handle, and the answer in the numbers of the version. What a step returns other than null ends the call.</summary>
internal readonly ref struct CudnnCall
{
    private readonly NativeCall _call;
    private readonly nint _handle;
    private readonly bool _isContested;

    private CudnnCall(NativeCall call, nint handle, bool isContested)
    {
        _call = call;
        _handle = handle;
        _isContested = isContested;
    }

    public EmulatedMachine Machine => _call.Machine;

    public string Name => _call.Name;

    /// <summary>8 or 9.</summary>
    public static int Generation => EmulatedMachine.Current is not { } machine || machine.Options.CudnnVersion >= 9000 ? 9 : 8;

    /// <summary>What stands against the call whatever its arguments are.</summary>
    public CudnnAnswer? Refused => _call.Injected is { } result ? FromDriver(result) : null;

    /// <param name="name">The function's exported name.</param>
    /// <param name="handle">The library handle it is called with; 0 for none.</param>
    public static CudnnCall Enter(string name, nint handle = 0)
    {
        bool free = HandleClaims.TryTake(handle);
        return new CudnnCall(NativeCall.Enter(name), handle, !free);
    }

    public void Dispose()
    {
        _call.Dispose();
        if (_handle != 0 && !_isContested)
        {
            HandleClaims.Return(_handle);
        }
    }

    public cudnnStatus_t Answer(CudnnAnswer answer)
    {
        if (EmulatedMachine.Current is null)
        {
            return CudnnStatuses.In(answer.Status, Generation);
        }

        if (answer.Mistake is { } mistake)
        {
            _call.Find(mistake.Kind, mistake.Message);
        }
        else if (answer.Nonsense is { } nonsense && Machine.Options.FlagNonsense)
        {
            _call.Find(FindingKind.Argument, $"{nonsense} is accepted, and can hardly be meant.");
        }

        Machine.CudnnLog.Note(Name, answer, Machine.Options.CudnnVersion, _handle, Machine.Handles.Find<EmulatedCudnnHandle>(_handle)?.StreamHandle ?? 0);
        return CudnnStatuses.In(answer.Status, Generation);
    }

    /// <summary>The descriptor that a handle means.</summary>
    public CudnnAnswer? Find<T>(nint handle, out T descriptor)
        where T : class, ICudnnDescriptor
    {
        descriptor = null!;
        if (Refused is { } refused)
        {
            return refused;
        }

        if (handle == 0)
        {
            return CudnnAnswer.BadParam($"{T.Kind} == NULL");
        }

        descriptor = Machine.Handles.Find<T>(handle)!;
        return descriptor is null ? Dead<T>(handle, T.Kind) : null;
    }

    /// <summary>The library handle, whose context must be the current one.</summary>
    public CudnnAnswer? Find(nint handle, out EmulatedCudnnHandle cudnn)
    {
        cudnn = null!;
        if (Refused is { } refused)
        {
            return refused;
        }

        if (handle == 0)
        {
            return CudnnAnswer.BadParam("handle == NULL");
        }

        cudnn = Machine.Handles.Find<EmulatedCudnnHandle>(handle)!;
        if (cudnn is null)
        {
            return Dead<EmulatedCudnnHandle>(handle, "cuDNN handle");
        }

        if (_isContested)
        {
            _call.Find(FindingKind.Handle, $"the cuDNN handle 0x{handle:x} is in use by another thread at the same time.");
        }

        if (cudnn.Context.Fault is not null)
        {
            return new CudnnAnswer(CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, "the context is faulted");
        }

        return _call.Current == cudnn.Context ? null : CudnnAnswer.Refuse(
            CUDNN_STATUS_EXECUTION_FAILED_CUDART, FindingKind.Handle, $"the cuDNN handle 0x{handle:x} belongs to another context than the thread's current one.");
    }

    /// <summary>A tensor with its data: the descriptor set, of a type that is computed with, the pointer not null.</summary>
    public unsafe CudnnAnswer? Find(nint handle, void* data, out TensorOperand operand)
    {
        operand = default;
        if (Find(handle, out EmulatedTensorDescriptor descriptor) is { } missing)
        {
            return missing;
        }

        if (descriptor.Layout is not { } layout || data == null)
        {
            return CudnnAnswer.BadParam("a tensor is not set, or its data is NULL");
        }

        operand = new TensorOperand(layout, (ulong)data);
        return !CudnnTypes.TryElement(layout.Type, out _) || layout.HasNegativeStride ? CudnnAnswer.NotSupported($"a tensor {layout}") : null;
    }

    /// <summary>Makes a descriptor and its handle.</summary>
    public unsafe CudnnAnswer Create<T>(nint* handle)
        where T : class, ICudnnDescriptor, new()
    {
        if (Refused is { } refused)
        {
            return refused;
        }

        if (handle == null)
        {
            return CudnnAnswer.BadParam("the out pointer is NULL");
        }

        T made = new();
        *handle = Machine.Handles.Add(made);
        Machine.Ledger.Add(made, LeakKind.Descriptor, $"{T.Kind}, {Name}");
        return CudnnAnswer.Success;
    }

    /// <summary>Null is no error; a descriptor of another kind is destroyed all the same, as the library does.</summary>
    public CudnnAnswer Destroy<T>(nint handle)
        where T : class, ICudnnDescriptor
    {
        if (Refused is { } refused)
        {
            return refused;
        }

        if (handle == 0)
        {
            return CudnnAnswer.Success;
        }

        if (Machine.Handles.Find<ICudnnObject>(handle) is not { } found)
        {
            return Dead<ICudnnObject>(handle, T.Kind);
        }

        Machine.Handles.Remove(handle);
        Machine.Ledger.Remove(found);
        return found is T ? CudnnAnswer.Success : CudnnAnswer.Accept($"a {T.Kind} that is another descriptor");
    }

    /// <summary>Queues work on the handle's stream.</summary>
    public static CudnnAnswer Enqueue(EmulatedCudnnHandle cudnn, StreamOperation operation) => FromDriver(cudnn.Stream.Enqueue(operation));

    /// <summary>The stream of this handle, which must be of the same context.</summary>
    public CUresult FindStream(nint handle, out EmulatedStream stream) => _call.Stream(handle, out stream);

    /// <summary>The current context; null where there is none.</summary>
    public EmulatedContext? Current => _call.Current;

    /// <summary>What cuDNN makes of a failure of the driver.</summary>
    public static CudnnAnswer FromDriver(CUresult result) => result switch
    {
        CUresult.CUDA_SUCCESS => CudnnAnswer.Success,
        CUresult.CUDA_ERROR_OUT_OF_MEMORY => new CudnnAnswer(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, "out of device memory"),
        CUresult.CUDA_ERROR_NOT_INITIALIZED or CUresult.CUDA_ERROR_DEINITIALIZED => new CudnnAnswer(CUDNN_STATUS_NOT_INITIALIZED, "the driver is not initialised"),
        _ => new CudnnAnswer(CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, $"the driver answered {result}"),
    };

    private CudnnAnswer Dead<T>(nint handle, string kind) => CudnnAnswer.Refuse(
        CUDNN_STATUS_BAD_PARAM, FindingKind.Handle, $"0x{handle:x} is no {kind}{(Machine.Handles.WasDestroyed<T>(handle) ? ": it was destroyed" : string.Empty)}.");
}
