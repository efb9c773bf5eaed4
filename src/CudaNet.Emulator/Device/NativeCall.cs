using System.Diagnostics;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// One native call, from its entry to its answer: finds the machine, holds its gate, counts the call, and says what must be answered without doing
/// anything (<see cref="Injected"/>): an injected fault, a fault of the context, no initialisation, no context, a call that a host function or a
/// capture forbids.
/// </summary>
internal readonly ref struct NativeCall
{
    private readonly EmulatedMachine? _machine;

    private NativeCall(string name, EmulatedMachine? machine, EmulatedContext? current, CUresult? injected)
    {
        Name = name;
        _machine = machine;
        Current = current;
        Injected = injected;
    }

    /// <summary>The function, under its exported name.</summary>
    public string Name { get; }

    /// <summary>What to answer at once, the driver's status also for calls of libraries; null: go on.</summary>
    public CUresult? Injected { get; }

    /// <summary>The context that is current on this thread, if there is one.</summary>
    public EmulatedContext? Current { get; }

    public EmulatedMachine Machine => _machine ?? throw new UnreachableException("a call without a machine is answered at once");

    /// <summary>The current context of a call that needs one.</summary>
    public EmulatedContext Context => Current ?? throw new UnreachableException("a call without the context it needs is answered at once");

    /// <param name="name">The function's exported name: <c>nameof</c> of the entry point.</param>
    public static NativeCall Enter(string name)
    {
        EmulatedMachine? machine = EmulatedMachine.Current;
        if (machine is null)
        {
            return new NativeCall(name, null, null, EmulatedMachine.AnyDisposed ? CUresult.CUDA_ERROR_DEINITIALIZED : CUresult.CUDA_ERROR_NOT_INITIALIZED);
        }

        Monitor.Enter(machine.Gate);
        try
        {
            if (machine.IsDisposed)
            {
                return new NativeCall(name, machine, null, CUresult.CUDA_ERROR_DEINITIALIZED);
            }

            EmulatedContext? current = machine.Contexts.Current;
            return new NativeCall(name, machine, current, Refuse(machine, current, name));
        }
        catch
        {
            Monitor.Exit(machine.Gate);
            throw;
        }
    }

    public void Dispose()
    {
        if (_machine is not null)
        {
            Monitor.Exit(_machine.Gate);
        }
    }

    /// <summary>The stream of a call that names none.</summary>
    public EmulatedStream DefaultStream => Device.DefaultStream.IsOfThread ? Context.OfThread() : Context.Legacy;

    /// <summary>The stream that a handle means: 0 the call's default, 1 the legacy one, 2 the thread's own.</summary>
    /// <returns>709 for a destroyed one, 400 for anything else that is no stream.</returns>
    public CUresult Stream(nint handle, out EmulatedStream stream)
    {
        stream = null!;
        switch (handle)
        {
            case 0:
                stream = DefaultStream;
                return CUresult.CUDA_SUCCESS;
            case 1:
                stream = Context.Legacy;
                return CUresult.CUDA_SUCCESS;
            case 2:
                stream = Context.OfThread();
                return CUresult.CUDA_SUCCESS;
            default:
                if (Machine.Handles.Find<EmulatedStream>(handle) is { } found)
                {
                    stream = found;
                    return CUresult.CUDA_SUCCESS;
                }

                return Missing<EmulatedStream>(handle, CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED);
        }
    }

    /// <summary>The object that a handle means.</summary>
    /// <param name="handle">A handle from the program.</param>
    /// <param name="found">Meaningful on success only.</param>
    /// <param name="otherwise">The answer to a null handle, or one that means nothing of this type.</param>
    public CUresult Resolve<T>(nint handle, out T found, CUresult otherwise = CUresult.CUDA_ERROR_INVALID_HANDLE)
        where T : class
    {
        found = Machine.Handles.Find<T>(handle)!;
        return found is null ? Missing<T>(handle, otherwise, otherwise) : CUresult.CUDA_SUCCESS;
    }

    /// <summary>What a call that releases something answers: the fault of its context goes first.</summary>
    public CUresult Answer(CUresult result) => Current?.Fault is { } fault ? fault.Result : result;

    /// <summary>Records a finding in the name of this call.</summary>
    public void Find(FindingKind kind, string message) => Machine.Find(kind, $"{Name}: {message}");

    private static CUresult? Refuse(EmulatedMachine machine, EmulatedContext? current, string name)
    {
        CallTrait traits = CallTraits.Of(name);
        (long number, long numberOfName) = machine.Calls.Add(name);
        if (EmulatedHostFunctions.OnThisThread && !traits.HasFlag(CallTrait.Always))
        {
            machine.Find(FindingKind.Callback, $"{name} is called by a host function that a stream runs; no CUDA call may be made there.");
            return CUresult.CUDA_ERROR_NOT_PERMITTED;
        }

        if (machine.Faults.OfCall(name, number, numberOfName, traits.HasFlag(CallTrait.Allocates)) is { } injected)
        {
            return (CUresult)injected;
        }

        if (!machine.IsInitialised && CallTraits.IsDriver(name) && !traits.HasFlag(CallTrait.Always) && name != "cuInit")
        {
            return CUresult.CUDA_ERROR_NOT_INITIALIZED;
        }

        if (machine.Faults.OfDevice(number) is { } lost)
        {
            foreach (EmulatedDevice device in machine.Devices)
            {
                device.Lose((CUresult)lost);
            }
        }

        if (current is null)
        {
            if (traits.HasFlag(CallTrait.NoContext))
            {
                return null;
            }

            machine.Find(FindingKind.Handle, $"{name} needs a context, and none is current on thread {Environment.CurrentManagedThreadId}.");
            return CUresult.CUDA_ERROR_INVALID_CONTEXT;
        }

        if (current.IsDestroyed && !traits.HasFlag(CallTrait.IgnoresFault))
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (current.Fault is { } fault && (traits & (CallTrait.IgnoresFault | CallTrait.Releases)) == 0)
        {
            return fault.Result;
        }

        return traits.HasFlag(CallTrait.UnsafeInCapture) ? machine.Captures.RefuseUnsafe(name) : null;
    }

    private CUresult Missing<T>(nint handle, CUresult destroyed, CUresult otherwise = CUresult.CUDA_ERROR_INVALID_HANDLE)
    {
        if (!Machine.Handles.WasDestroyed<T>(handle))
        {
            return otherwise;
        }

        Find(FindingKind.Handle, $"the handle 0x{handle:x} was destroyed before.");
        return destroyed;
    }
}
