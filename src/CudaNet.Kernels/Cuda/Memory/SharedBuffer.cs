namespace CudaNet.Kernels.Cuda;

/// <summary>Scratch memory that the steps of an executable use one after the other: as large as the largest of them asks for.</summary>
internal sealed class SharedBuffer
{
    private DeviceBuffer? _buffer;
    private long _bytes;

    /// <summary>A step needs so much.</summary>
    public void Require(long bytes) => _bytes = Math.Max(_bytes, bytes);

    /// <summary>All steps have asked.</summary>
    public void Reserve(DeviceArena arena) => _buffer = _bytes == 0 ? null : arena.Reserve(_bytes);

    /// <summary>Its first bytes, once the arena is allocated.</summary>
    public DeviceSlice First(long bytes) => _buffer!.First(bytes);

    /// <summary>Where it begins; nowhere if no step needs any.</summary>
    public DeviceAddress Address => _buffer?.Address ?? default;
}
