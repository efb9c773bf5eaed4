using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>One device: its profile, its memory and its primary context. Used under the machine's gate.</summary>
internal sealed class EmulatedDevice
{
    private readonly List<EmulatedContext> _contexts = [];
    private ContextFault? _severe;

    public EmulatedDevice(EmulatedMachine machine, int ordinal, EmulatedDeviceProfile profile)
    {
        Machine = machine;
        Ordinal = ordinal;
        Profile = profile;
        Memory = new EmulatedDeviceMemory(machine.Memory, ordinal);
        DefaultPool = new EmulatedMemoryPool(this, isDefault: true);
        CurrentPool = DefaultPool;
    }

    public EmulatedMachine Machine { get; }

    public int Ordinal { get; }

    public EmulatedDeviceProfile Profile { get; }

    /// <summary>What kernels and library calls of this device see.</summary>
    public EmulatedDeviceMemory Memory { get; }

    public EmulatedMemoryPool DefaultPool { get; }

    /// <summary>The pool that stream-ordered allocation takes from.</summary>
    public EmulatedMemoryPool CurrentPool { get; set; }

    /// <summary>Null while the primary context is inactive.</summary>
    public EmulatedContext? Primary { get; private set; }

    public int PrimaryRetains { get; private set; }

    /// <summary>As cuDevicePrimaryCtxSetFlags left them, without the flag that is always on.</summary>
    public uint PrimaryFlags { get; set; }

    /// <summary>Null until the device itself is lost; then each of its contexts answers this, and no new one is made.</summary>
    public ContextFault? Loss { get; private set; }

    public CUresult RetainPrimary(out EmulatedContext? context)
    {
        context = null;
        if (Primary is null)
        {
            if (Loss is not null)
            {
                return Loss.Result;
            }

            Primary = Create(PrimaryFlags, isPrimary: true, "cuDevicePrimaryCtxRetain");
        }

        PrimaryRetains++;
        context = Primary;
        Machine.Ledger.Add(this, LeakKind.Context, $"primary context of device {Ordinal}, cuDevicePrimaryCtxRetain");
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>The last release destroys the context and all in it.</summary>
    public CUresult ReleasePrimary()
    {
        if (PrimaryRetains == 0)
        {
            return CUresult.CUDA_ERROR_INVALID_CONTEXT;
        }

        PrimaryRetains--;
        Machine.Ledger.Remove(this);
        if (PrimaryRetains == 0)
        {
            DeactivatePrimary();
        }

        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Destroys the context and clears the flags; the count of retains survives.</summary>
    public void ResetPrimary()
    {
        DeactivatePrimary();
        PrimaryFlags = 0;
    }

    /// <summary>A context of its own, with its own faults: those of others, older or gone, are not its. The device must not be lost.</summary>
    public EmulatedContext Create(uint flags, bool isPrimary, string call)
    {
        if (_severe is { } fault)
        {
            Machine.Find(FindingKind.Recovery, $"{call} makes a context on device {Ordinal}, where one faulted before ({(int)fault.Result}): it works here, and only a new process is sure to.");
        }

        var context = new EmulatedContext(this, flags, isPrimary);
        _contexts.Add(context);
        return context;
    }

    public void Forget(EmulatedContext context) => _contexts.Remove(context);

    /// <summary>From now on each call that needs the device answers this.</summary>
    public void Lose(CUresult result)
    {
        Loss ??= new ContextFault(result, $"device {Ordinal} is lost");
        foreach (EmulatedContext context in _contexts)
        {
            context.SetFault(Loss);
        }
    }

    /// <summary>One of its contexts faulted in a way after which NVIDIA asks for a new process: any but an assertion.</summary>
    public void NoteSevere(ContextFault fault) => _severe ??= fault;

    private void DeactivatePrimary()
    {
        Primary?.Destroy();
        Primary = null;
    }
}
