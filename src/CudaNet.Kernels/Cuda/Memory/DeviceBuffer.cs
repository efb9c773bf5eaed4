namespace CudaNet.Kernels.Cuda;

/// <summary>Memory that a <see cref="DeviceArena"/> reserved: of its own once it is allocated, or borrowed.</summary>
internal sealed class DeviceBuffer(long bytes) : IDisposable
{
    private DeviceMemory? _memory, _borrowed;

    public long Bytes => bytes;

    /// <summary>All of it, once it is allocated or borrowed.</summary>
    public DeviceSlice Slice => (_borrowed ?? _memory)?.Slice(0, bytes) ?? throw new InvalidOperationException("the buffer is not allocated yet");

    /// <summary>Where it begins, once it is allocated or borrowed.</summary>
    public DeviceAddress Address => Slice.Address;

    /// <summary>Its first bytes.</summary>
    public DeviceSlice First(long count) => Slice.Part(0, count);

    public void Allocate(CudaContext context) => _memory ??= new DeviceMemory(context, bytes);

    /// <summary>Lies at the beginning of memory that is somebody else's.</summary>
    public void Borrow(DeviceMemory memory) => _borrowed = memory;

    /// <summary>Lies nowhere any more, and answers what it had borrowed.</summary>
    public DeviceMemory? GiveBack()
    {
        DeviceMemory? borrowed = _borrowed;
        _borrowed = null;
        return borrowed;
    }

    public void Dispose() => _memory?.Dispose();
}
