using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>One device: its profile, its memory and its primary context. Used under the machine's gate.</summary>
internal sealed class EmulatedDevice
{
    private ContextFault? _fault;

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

    /// <summary>What outlives a context that faulted: all but an assertion.</summary>
    public ContextFault? Fault => _fault;

    public CUresult RetainPrimary(out EmulatedContext? context)
    {
        context = null;
        if (Primary is null && _fault is not null)
        {
            return _fault.Result;
        }

        PrimaryRetains++;
        context = ActivePrimary();
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

    /// <summary>From now on each call that needs the device answers this.</summary>
    public void Lose(CUresult result)
    {
        Remember(new ContextFault(result, $"device {Ordinal} is lost"));
        Primary?.SetFault(_fault!);
    }

    public void Remember(ContextFault fault) => _fault ??= fault;

    private EmulatedContext ActivePrimary()
    {
        if (Primary is null)
        {
            Primary = new EmulatedContext(this, PrimaryFlags, isPrimary: true);
            if (_fault is not null)
            {
                Primary.SetFault(_fault);
            }
        }

        return Primary;
    }

    private void DeactivatePrimary()
    {
        Primary?.Destroy();
        Primary = null;
    }
}
