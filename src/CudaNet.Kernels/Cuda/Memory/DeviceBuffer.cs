namespace CudaNet.Kernels.Cuda;

/// <summary>Memory that a <see cref="DeviceArena"/> reserved.</summary>
internal sealed class DeviceBuffer(long bytes) : IDisposable
{
    private DeviceMemory? _memory;

    public long Bytes => bytes;

    /// <summary>All of it, once it is allocated.</summary>
    public DeviceSlice Slice => _memory ?? throw new InvalidOperationException("the buffer is not allocated yet");

    /// <summary>Where it begins, once it is allocated.</summary>
    public DeviceAddress Address => Slice.Address;

    /// <summary>Its first bytes.</summary>
    public DeviceSlice First(long count) => Slice.Memory.Slice(0, count);

    public void Allocate(CudaContext context) => _memory ??= new DeviceMemory(context, bytes);

    public void Dispose() => _memory?.Dispose();
}
