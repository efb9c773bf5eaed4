using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>Use by code that leaves the thread's current context as it was.</content>
public sealed unsafe partial class CudaContext
{
    /// <summary>This thread has pushed a context, or, null, does not know any more what is current.</summary>
    internal static void Remember(CudaContext? pushed) => (_current, _pushed) = (pushed, pushed);

    /// <summary>Retains the device's primary context. What is current stays so: its users push it.</summary>
    /// <exception cref="CudaException">The driver refuses: no memory, an exclusive device in use, a faulted one.</exception>
    internal static CudaContext Retain(CudaDevice device) => new(device, makeCurrent: false);

    /// <summary>A context that other code made, as <see cref="FromHandle"/> takes one, with what is current kept.</summary>
    /// <exception cref="Engine.CudaNetException">It is of another device.</exception>
    /// <exception cref="CudaException">It is no context.</exception>
    internal static CudaContext Borrow(CudaDevice device, nint handle)
    {
        ArgumentOutOfRangeException.ThrowIfZero(handle);
        CudaLibraries libraries = device.Libraries;
        libraries.Check(libraries.Driver.cuCtxPushCurrent_v2(handle), nameof(DriverApi.cuCtxPushCurrent_v2), null);
        int owner;
        CUresult found = libraries.Driver.cuCtxGetDevice(&owner);
        nint popped;
        libraries.Driver.cuCtxPopCurrent_v2(&popped);
        libraries.Check(found, nameof(DriverApi.cuCtxGetDevice), null);
        return owner == device.Handle
            ? new CudaContext(device, handle)
            : throw new Engine.CudaNetException($"the context 0x{handle:x} is of device {owner}, and the backend is to use {device}") { Hint = "Give the backend the device's number, too." };
    }

    /// <summary>Makes the context current on this thread until the result is disposed of; what was current before is current again then.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    /// <exception cref="DeviceFaultedException">The device faulted before.</exception>
    internal ContextScope Push()
    {
        ThrowIfFaulted();
        HostFunctions.ThrowIfRunning();
        this.Check(ContextScope.TryPush(this, out ContextScope scope), nameof(DriverApi.cuCtxPushCurrent_v2), $"{Device}");
        return scope;
    }

    /// <summary>The same where objects are freed, which goes on whatever the driver answers: <see cref="ReleaseFailed"/> tells a refusal.</summary>
    internal ContextScope PushToRelease()
    {
        Report(nameof(DriverApi.cuCtxPushCurrent_v2), NativeHandle, (int)ContextScope.TryPush(this, out ContextScope scope));
        return scope;
    }
}
