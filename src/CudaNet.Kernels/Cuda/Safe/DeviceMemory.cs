using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Memory on a device, aligned to 256 bytes, not cleared. Dispose of it after the last work that uses it has ended: the device does not know who does.
/// Thread-safe.
/// </summary>
public sealed unsafe class DeviceMemory : IDisposable
{
    private const int Alignment = 256;

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

    private DeviceMemory(CudaContext context, DeviceAddress address, long bytes)
    {
        Context = context;
        Bytes = bytes;
        Handle = CudaHandle.Borrowed(context, (nint)address.Value);
        Address = address;
    }

    /// <summary>The context it was allocated in.</summary>
    public CudaContext Context { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>Its address.</summary>
    public DeviceAddress Address { get; }

    internal CudaHandle Handle { get; }

    /// <summary>
    /// Memory that other code allocated, or a part of it. Borrowed: disposing of the result frees nothing, and the memory's owner keeps it until then. The
    /// address may be any: kernels that want 16 bytes' alignment refuse it where it has less.
    /// </summary>
    /// <param name="context">The context it was allocated in.</param>
    /// <param name="address">Where it begins (<c>CUdeviceptr</c>).</param>
    /// <param name="bytes">How many, at least 1.</param>
    /// <exception cref="ArgumentException">There is no memory of this context's device, or of another context, or fewer bytes.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public static DeviceMemory FromAddress(CudaContext context, DeviceAddress address, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        context.Enter();
        ForeignMemory.Require(context, address, bytes);
        return new DeviceMemory(context, address, bytes);
    }

    /// <summary>What so many bytes take of an allocation, so that what lies behind them begins as an allocation of its own would.</summary>
    internal static long Aligned(long bytes) => checked(bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within.</exception>
    public DeviceSlice Slice(long offsetBytes, long bytes) => new(this, offsetBytes, bytes);

    /// <summary>Frees the memory. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();
}
