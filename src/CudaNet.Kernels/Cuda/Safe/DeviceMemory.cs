using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Memory on a device, aligned to 256 bytes, not cleared. Dispose of it after the last work that uses it has ended: the device does not know who does.
/// Thread-safe.
/// </summary>
public sealed unsafe class DeviceMemory : IDisposable
{
    private static readonly ReleaseCall Free = new(nameof(DriverApi.cuMemFree_v2), static (l, h) => (int)l.Driver.cuMemFree_v2((ulong)h));

    /// <summary>Allocates. Slow, and it may wait for the device: not for the hot path, and not while this thread captures.</summary>
    /// <param name="context">Where.</param>
    /// <param name="bytes">How many, at least 1.</param>
    /// <exception cref="CudaException">Too little memory is free.</exception>
    public DeviceMemory(CudaContext context, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        context.Enter();
        ulong address;
        context.Check(context.Driver.cuMemAlloc_v2(&address, (nuint)bytes), nameof(DriverApi.cuMemAlloc_v2), $"{bytes} bytes on {context.Device}");
        Context = context;
        Bytes = bytes;
        Handle = new CudaHandle(context, Free, (nint)address);
        Address = new DeviceAddress(address);
    }

    /// <summary>The context it was allocated in.</summary>
    public CudaContext Context { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>Its address.</summary>
    public DeviceAddress Address { get; }

    internal CudaHandle Handle { get; }

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within.</exception>
    public DeviceSlice Slice(long offsetBytes, long bytes) => new(this, offsetBytes, bytes);

    /// <summary>Frees the memory. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();
}
