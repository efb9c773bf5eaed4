namespace CudaNet.Kernels.Cuda;

/// <summary>An executable's output on the host: pinned where the limit allows.</summary>
internal sealed class HostOutput(CudaContext context, Publication output, bool isPinned) : IDisposable
{
    private readonly PinnedMemory? _pinned = isPinned ? new PinnedMemory(context, output.Bytes) : null;

    public int Operations => output.Operations + (_pinned is null ? 0 : 1);

    /// <summary>Queues its order and, where it is pinned, its copy.</summary>
    public void Enqueue(CudaStream stream, PassTimer? timer, bool isCapturing)
    {
        output.Enqueue(stream);
        timer?.Computed(isCapturing);
        if (_pinned is not null)
        {
            stream.Copy(output.Ordered, (PinnedSlice)_pinned);
        }
    }

    /// <summary>The output of a pass that has ended.</summary>
    public void Receive(CudaStream stream, Span<float> destination)
    {
        if (_pinned is null)
        {
            stream.Download(output.Ordered, destination);
        }
        else
        {
            _pinned.AsSpan<float>().CopyTo(destination);
        }
    }

    public void Dispose() => _pinned?.Dispose();
}
