using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Where an executable's published stages lie on the host: managed memory, pinned where the limit allows. What a user kept of a span too long shows old numbers,
/// and never reaches memory that was freed.
/// </summary>
internal sealed class StageMemory : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly PinnedMemory[] _pinned;
    private readonly CudaEvent[] _arrivals;
    private readonly float[] _pageable;

    /// <exception cref="CudaNetException">So much cannot be pinned, or is not there.</exception>
    public StageMemory(CudaContext context, HostMemoryPlan plan)
    {
        try
        {
            _pinned = [.. plan.Pinned.Select(bytes => _owned.Add(PinnedMemory.OfManaged(context, bytes)))];
            _arrivals = [.. _pinned.Select(_ => _owned.Add(new CudaEvent(context)))];
            _pageable = new float[plan.PageableBytes / sizeof(float)];
        }
        catch (OutOfMemoryException exception)
        {
            Dispose();
            throw new CudaNetException($"{plan.Bytes:n0} bytes of host memory for a run's values are more than this machine has", exception) { Hint = "Run smaller batches, or observe fewer layers." };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many stages may be under way: those that nobody has seen yet.</summary>
    public int Ahead => Math.Max(1, _pinned.Length);

    /// <summary>Whether a stage is copied while later steps run; otherwise they wait until it is received.</summary>
    public bool FetchesAhead => _pinned.Length > 0;

    /// <summary>Queues the copy of a stage, once it is in order on the device, and the mark that it has arrived.</summary>
    public void Fetch(CudaStream stream, int index, Publication publication, bool isCapturing)
    {
        if (_pinned.Length > 0)
        {
            int buffer = index % _pinned.Length;
            stream.Copy(publication.Ordered, _pinned[buffer].Slice(0, publication.Bytes));
            stream.Mark(_arrivals[buffer], isCapturing);
        }
    }

    /// <summary>Waits for a stage.</summary>
    public ReadOnlySpan<float> Receive(CudaStream stream, int index, Publication publication)
    {
        if (_pinned.Length == 0)
        {
            Span<float> values = _pageable.AsSpan(0, publication.Elements);
            stream.Download(publication.Ordered, values);
            return values;
        }

        int buffer = index % _pinned.Length;
        _arrivals[buffer].Synchronize();
        return _pinned[buffer].AsSpan<float>()[..publication.Elements];
    }

    public void Dispose() => _owned.Dispose();
}
