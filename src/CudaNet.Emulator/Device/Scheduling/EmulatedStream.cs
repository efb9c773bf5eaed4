using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// A stream: its operations run in order, those of other streams at any time before or after, unless events say otherwise. The legacy stream waits for
/// all earlier work of the blocking streams of its context, and their later work waits for it. While it captures, work becomes nodes of a graph.
/// Used under the machine's gate.
/// </summary>
internal sealed class EmulatedStream(EmulatedContext context, string name, CUstream_flags flags, int priority, StreamKind kind)
{
    private WorkItem? _tail;

    public EmulatedContext Context { get; } = context;

    public EmulatedMachine Machine => Context.Machine;

    /// <summary>As messages name it.</summary>
    public string Name { get; set; } = name;

    public CUstream_flags Flags { get; } = flags;

    public int Priority { get; } = priority;

    /// <summary>0 for the streams that the context makes itself.</summary>
    public nint Handle { get; set; }

    public bool IsLegacy => kind == StreamKind.Legacy;

    /// <summary>Whether the legacy stream and it wait for each other.</summary>
    public bool IsBlocking => !Flags.HasFlag(CUstream_flags.CU_STREAM_NON_BLOCKING);

    public bool IsDestroyed { get; set; }

    /// <summary>Whether anything that was queued has not run yet.</summary>
    public bool HasWork => _tail is { IsDone: false };

    /// <summary>The capture it takes part in, invalidated ones included; null where it runs its work.</summary>
    public EmulatedStreamCapture? Capture { get; set; }

    /// <summary>While it captures: the nodes that its next one follows.</summary>
    public List<EmulatedGraphNode> CaptureTail { get; } = [];

    /// <summary>Queues the work, or makes a node of it.</summary>
    /// <returns>Success, although the work may fail later; or why it was not taken.</returns>
    public CUresult Enqueue(StreamOperation operation)
    {
        CUresult admitted = Admit(operation.Name);
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        if (Capture is { } capture)
        {
            if (!Context.HasLoaded(operation.Code))
            {
                capture.Invalidate();
                return Machine.Captures.Refused(
                    CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{operation.Name} is used first in the capture of {Name}; its code would be loaded now, and the capture is broken by it.");
            }

            capture.Add(this, operation);
            return CUresult.CUDA_SUCCESS;
        }

        Context.Load(operation.Code);
        Machine.Captures.FlagEscape(this, operation.Name);
        operation.Queue(Machine, [operation]);
        UnorderedWork.Flag(Machine, Append(operation));
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Queues the work and waits for it, as a synchronous call does; never a node of a graph.</summary>
    public CUresult RunNow(StreamOperation operation)
    {
        if (Capture is { IsInvalidated: false } capture)
        {
            capture.Invalidate();
            return Machine.Captures.Refused(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{operation.Name} waits for {Name}, which captures; the capture is broken by it.");
        }

        CUresult queued = Enqueue(operation);
        return queued != CUresult.CUDA_SUCCESS ? queued : Machine.Scheduler.RunUntil(Context, _tail);
    }

    /// <summary>Puts an item behind all that the stream's order demands, without asking whether it may be.</summary>
    /// <param name="operation">Null for a marker.</param>
    /// <param name="also">What it waits for besides.</param>
    public WorkItem Append(StreamOperation? operation, WorkItem? also = null)
    {
        var item = new WorkItem(Context, operation, Name);
        item.RunAfter(also);
        foreach (WorkItem? tail in Predecessors())
        {
            item.RunAfter(tail);
        }

        Machine.Scheduler.Submit(item);
        _tail = item;
        return item;
    }

    /// <summary>The marker behind the items of a graph; what the stream does next follows it.</summary>
    public WorkItem AppendEnd(WorkItem start, IEnumerable<WorkItem> items)
    {
        var end = new WorkItem(Context, null, Name);
        end.RunAfter(start);
        foreach (WorkItem item in items)
        {
            end.RunAfter(item);
        }

        Machine.Scheduler.Submit(end);
        _tail = end;
        return end;
    }

    /// <summary>Whether work may be queued or captured here now.</summary>
    /// <param name="call">The work, as messages name it.</param>
    public CUresult Admit(string call)
    {
        if (IsDestroyed)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (Context.Fault is { } fault)
        {
            return fault.Result;
        }

        if (Capture is { } capture)
        {
            return capture.IsInvalidated ? CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUresult.CUDA_SUCCESS;
        }

        return Machine.Captures.RefuseLegacy(this, call) ?? CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuStreamSynchronize.</summary>
    public CUresult Synchronize() => RefuseWaiting("cuStreamSynchronize") ?? Machine.Scheduler.RunUntil(Context, [.. Tails()]);

    /// <summary>cuStreamQuery.</summary>
    public CUresult Query()
    {
        if (RefuseWaiting("cuStreamQuery") is { } refused)
        {
            return refused;
        }

        bool done = true;
        foreach (WorkItem? tail in Tails().ToArray()) // a host function that runs here lets other threads make streams
        {
            done &= Machine.Scheduler.Poll(tail);
        }

        return Context.Fault?.Result ?? (done ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_NOT_READY);
    }

    /// <summary>cuStreamDestroy: what is queued still runs; the handle means nothing any more.</summary>
    public CUresult Destroy()
    {
        if (kind != StreamKind.Created)
        {
            return CUresult.CUDA_ERROR_INVALID_HANDLE;
        }

        Machine.Captures.Abandon(this);
        IsDestroyed = true;
        Context.Disown(Handle, this);
        return Context.Status;
    }

    private CUresult? RefuseWaiting(string call)
    {
        if (IsDestroyed)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (Context.Fault is { } fault)
        {
            return fault.Result;
        }

        if (Capture is { } capture)
        {
            if (capture.IsInvalidated)
            {
                return CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
            }

            capture.Invalidate();
            return Machine.Captures.Refused(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{call} of {Name}, which captures; the capture is broken by it.");
        }

        return Machine.Captures.RefuseLegacy(this, call) ?? Machine.Captures.RefuseUnsafe(call);
    }

    /// <summary>What an item queued now must follow.</summary>
    private IEnumerable<WorkItem?> Predecessors()
        => IsLegacy || !IsBlocking ? Tails() : [_tail, Context.Legacy._tail];

    /// <summary>What the stream is done with when it is done.</summary>
    private IEnumerable<WorkItem?> Tails()
        => IsLegacy ? Context.Streams.Where(s => s.IsBlocking).Select(s => s._tail) : [_tail];
}
