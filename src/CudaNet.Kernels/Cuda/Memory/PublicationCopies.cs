namespace CudaNet.Kernels.Cuda;

/// <summary>Device memory in which published stages are put in order: one for each, or, where that is more than a limit, one for all, which they use in turn.</summary>
internal sealed class PublicationCopies
{
    private readonly DeviceBuffer?[] _buffers;

    /// <param name="arena">Reserves them.</param>
    /// <param name="bytes">Of each; 0 where none is needed.</param>
    /// <param name="limitBytes">For all together.</param>
    public PublicationCopies(DeviceArena arena, IReadOnlyList<long> bytes, long limitBytes)
    {
        bool areShared = bytes.Sum() > limitBytes;
        DeviceBuffer? shared = areShared ? arena.Reserve(bytes.Max()) : null;
        _buffers = [.. bytes.Select(b => b == 0 ? null : shared ?? arena.Reserve(b))];
    }

    public DeviceBuffer? this[int index] => _buffers[index];
}
