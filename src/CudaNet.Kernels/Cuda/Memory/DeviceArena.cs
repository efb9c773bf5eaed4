namespace CudaNet.Kernels.Cuda;

/// <summary>Device memory of one owner: reserved buffer by buffer, so that its size is known before there is any, then allocated and freed as a whole, or borrowed of a <see cref="LaneMemory"/>.</summary>
internal sealed class DeviceArena : IDisposable
{
    private readonly List<DeviceBuffer> _buffers = [];

    public IReadOnlyList<DeviceBuffer> Buffers => _buffers;

    /// <summary>Bytes of all buffers, allocated or not.</summary>
    public long Bytes => _buffers.Sum(b => b.Bytes);

    /// <summary>A buffer that <see cref="Allocate"/> gives memory to.</summary>
    public DeviceBuffer Reserve(long bytes)
    {
        DeviceBuffer buffer = new(bytes);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>Gives memory to the buffers that have none yet.</summary>
    /// <exception cref="CudaException">The device has not that much.</exception>
    public void Allocate(CudaContext context) => _buffers.ForEach(b => b.Allocate(context));

    /// <summary>Frees a buffer, as if it had never been reserved.</summary>
    public void Remove(DeviceBuffer buffer)
    {
        _buffers.Remove(buffer);
        buffer.Dispose();
    }

    public void Dispose() => _buffers.ForEach(b => b.Dispose());
}
