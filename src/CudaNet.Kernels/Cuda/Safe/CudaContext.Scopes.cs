using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>Use by code that leaves the thread's current context as it was.</content>
public sealed unsafe partial class CudaContext
{
    /// <summary>What this thread takes for current; null for unknown.</summary>
    internal static CudaContext? Remembered
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Retains the device's primary context. What is current stays so: its users push it.</summary>
    /// <exception cref="CudaException">The driver refuses: no memory, an exclusive device in use, a faulted one.</exception>
    internal static CudaContext Retain(CudaDevice device) => new(device, makeCurrent: false);

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
