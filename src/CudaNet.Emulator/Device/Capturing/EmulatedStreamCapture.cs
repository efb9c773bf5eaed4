using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>One capture, from its begin to its end: the streams that take part and the graph that grows. Used under the machine's gate.</summary>
internal sealed class EmulatedStreamCapture
{
    private static long _lastId;

    private readonly List<EmulatedStream> _members = [];

    public EmulatedStreamCapture(EmulatedStream origin, CUstreamCaptureMode mode)
    {
        Origin = origin;
        Mode = mode;
        Graph = new EmulatedGraph(origin.Machine);
        Join(origin, []);
    }

    /// <summary>What cuStreamGetCaptureInfo answers as the capture's identity; unique in the process.</summary>
    public ulong Id { get; } = (ulong)Interlocked.Increment(ref _lastId);

    public EmulatedStream Origin { get; }

    public CUstreamCaptureMode Mode { get; }

    /// <summary>The thread that began it.</summary>
    public int Thread { get; } = Environment.CurrentManagedThreadId;

    public EmulatedGraph Graph { get; }

    /// <summary>The streams that take part, the one it began with first.</summary>
    public IReadOnlyList<EmulatedStream> Members => _members;

    public bool IsInvalidated { get; private set; }

    public bool IsEnded { get; private set; }

    public CUstreamCaptureStatus Status => IsInvalidated
        ? CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_INVALIDATED
        : CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE;

    /// <summary>Breaks the capture: all that follows answers 901, until it is ended.</summary>
    public void Invalidate() => IsInvalidated = true;

    /// <summary>Makes a node of the work, behind what its stream captured last.</summary>
    public EmulatedGraphNode Add(EmulatedStream stream, StreamOperation operation)
    {
        EmulatedGraphNode node = Graph.Add(operation, stream.CaptureTail, stream.Context);
        stream.CaptureTail.Clear();
        stream.CaptureTail.Add(node);
        return node;
    }

    /// <summary>The stream's next node follows these too; a stream outside takes part from now on.</summary>
    public void Join(EmulatedStream stream, IReadOnlyList<EmulatedGraphNode> nodes)
    {
        if (stream.Capture is null)
        {
            stream.Capture = this;
            stream.CaptureTail.Clear();
            _members.Add(stream);
        }

        stream.CaptureTail.AddRange(nodes.Except(stream.CaptureTail));
    }

    /// <summary>Ends it; the streams run their work again.</summary>
    /// <returns>901 where it was broken, 904 where a stream was not joined back.</returns>
    public CUresult End()
    {
        CUresult result = IsInvalidated ? CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED
            : AllJoined() ? CUresult.CUDA_SUCCESS
            : CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
        IsEnded = true;
        foreach (EmulatedStream member in _members)
        {
            member.Capture = null;
            member.CaptureTail.Clear();
        }

        return result;
    }

    private bool AllJoined()
    {
        var reached = new HashSet<EmulatedGraphNode>(Origin.CaptureTail);
        var open = new Stack<EmulatedGraphNode>(Origin.CaptureTail);
        while (open.TryPop(out EmulatedGraphNode? node))
        {
            foreach (EmulatedGraphNode earlier in node.Dependencies)
            {
                if (reached.Add(earlier))
                {
                    open.Push(earlier);
                }
            }
        }

        return _members.TrueForAll(member => member.CaptureTail.TrueForAll(reached.Contains));
    }
}
