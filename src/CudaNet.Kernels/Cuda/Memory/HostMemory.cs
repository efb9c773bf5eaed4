using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// An executable's values on the host. Published stages lie in managed memory, pinned where the limit allows: what a user kept of a span too long shows old
/// numbers, and never reaches memory that was freed.
/// </summary>
internal sealed class HostMemory : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly PinnedMemory? _input, _output;
    private readonly PinnedMemory[] _stages = [];
    private readonly CudaEvent[] _arrivals = [];
    private readonly float[] _pageable = [];

    /// <exception cref="CudaNetException">So much cannot be pinned, or is not there.</exception>
    public HostMemory(CudaContext context, int inputBytes, int outputBytes, HostMemoryPlan plan)
    {
        try
        {
            if (plan.ArePinned)
            {
                _input = _owned.Add(new PinnedMemory(context, inputBytes));
                _output = _owned.Add(new PinnedMemory(context, outputBytes));
            }

            _stages = [.. plan.Pinned.Select(bytes => _owned.Add(PinnedMemory.OfManaged(context, bytes)))];
            _arrivals = [.. _stages.Select(_ => _owned.Add(new CudaEvent(context)))];
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
    public int Ahead => Math.Max(1, _stages.Length);

    /// <summary>Whether a stage is copied while later steps run; otherwise they wait until it is received.</summary>
    public bool FetchesAhead => _stages.Length > 0;

    /// <summary>The input of the run, where it was kept; empty otherwise.</summary>
    public ReadOnlySpan<float> KeptInput => _input is null ? [] : _input.AsSpan<float>();

    /// <summary>Takes the input and queues its copy.</summary>
    public void Send(CudaStream stream, ReadOnlySpan<float> input, DeviceSlice destination)
    {
        if (_input is null)
        {
            stream.Upload(input, destination);
            return;
        }

        input.CopyTo(_input.AsSpan<float>());
        stream.Copy((PinnedSlice)_input, destination);
    }

    /// <summary>Queues the copy of a stage, once it is in order on the device.</summary>
    public void Fetch(CudaStream stream, int index, Publication publication)
    {
        if (_stages.Length > 0)
        {
            int buffer = index % _stages.Length;
            stream.Copy(publication.Ordered, _stages[buffer].Slice(0, publication.Bytes));
            stream.Record(_arrivals[buffer]);
        }
    }

    /// <summary>Waits for a stage.</summary>
    public ReadOnlySpan<float> Receive(CudaStream stream, int index, Publication publication)
    {
        if (_stages.Length == 0)
        {
            Span<float> values = _pageable.AsSpan(0, publication.Elements);
            stream.Download(publication.Ordered, values);
            return values;
        }

        int buffer = index % _stages.Length;
        _arrivals[buffer].Synchronize();
        return _stages[buffer].AsSpan<float>()[..publication.Elements];
    }

    /// <summary>Queues the copy of the output, once it is in order on the device.</summary>
    public void FetchOutput(CudaStream stream, Publication output)
    {
        if (_output is not null)
        {
            stream.Copy(output.Ordered, (PinnedSlice)_output);
        }
    }

    /// <summary>Waits for the output, and with it for all there was.</summary>
    public void ReceiveOutput(CudaStream stream, Publication output, Span<float> destination)
    {
        if (_output is null)
        {
            stream.Download(output.Ordered, destination);
            return;
        }

        stream.Synchronize();
        _output.AsSpan<float>().CopyTo(destination);
    }

    public void Dispose() => _owned.Dispose();
}
