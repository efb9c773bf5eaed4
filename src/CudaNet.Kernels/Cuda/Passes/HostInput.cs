namespace CudaNet.Kernels.Cuda;

/// <summary>An executable's input on the host, as it is copied to the device: pinned where the limit allows.</summary>
internal sealed class HostInput<T>(CudaContext context, DeviceBuffer destination, bool isPinned) : IDisposable
    where T : unmanaged
{
    private readonly PinnedMemory? _pinned = isPinned ? new PinnedMemory(context, (int)destination.Bytes) : null;

    public bool IsPinned => _pinned is not null;

    /// <summary>What was taken, where it is pinned; empty otherwise.</summary>
    public Span<T> Kept => _pinned is null ? [] : _pinned.AsSpan<T>();

    /// <summary>How many operations <see cref="Enqueue"/> queues.</summary>
    public int Operations => _pinned is null ? 0 : 1;

    /// <summary>Takes a run's input; waits for the stream where it is not pinned.</summary>
    public void Take(CudaStream stream, ReadOnlySpan<T> input)
    {
        if (_pinned is null)
        {
            stream.Upload(input, destination.Slice);
        }
        else
        {
            input.CopyTo(Kept);
        }
    }

    /// <summary>Queues its copy, where it is pinned.</summary>
    public void Enqueue(CudaStream stream)
    {
        if (_pinned is not null)
        {
            stream.Copy((PinnedSlice)_pinned, destination.Slice);
        }
    }

    public void Dispose() => _pinned?.Dispose();
}
