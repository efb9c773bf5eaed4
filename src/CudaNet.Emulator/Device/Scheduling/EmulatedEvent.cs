using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>An event: the place in a stream, or in a capture, where it was recorded last. Used under the machine's gate.</summary>
internal sealed class EmulatedEvent(EmulatedContext context, CUevent_flags flags)
{
    public EmulatedContext Context { get; } = context;

    public EmulatedMachine Machine => Context.Machine;

    public CUevent_flags Flags { get; } = flags;

    public nint Handle { get; set; }

    public string Name => $"event 0x{Handle:x}";

    /// <summary>The marker of the last record; null where it was never recorded, or recorded in a capture since.</summary>
    public WorkItem? Recorded { get; private set; }

    /// <summary>Where it was recorded in a capture; null where its last record was an ordinary one.</summary>
    public CapturedRecord? Captured { get; private set; }

    /// <summary>cuEventRecord. What waits for the older record goes on waiting for that.</summary>
    /// <param name="stream">The stream whose work so far it stands for.</param>
    /// <param name="isExternal">Record it anew at each launch of the graph: in a capture only, 1 outside.</param>
    public CUresult Record(EmulatedStream stream, bool isExternal = false)
    {
        if (stream.Context != Context)
        {
            Machine.Find(FindingKind.Handle, $"{Name} is recorded in {stream.Name}, which belongs to another context.");
            return CUresult.CUDA_ERROR_INVALID_HANDLE;
        }

        CUresult admitted = stream.Admit("cuEventRecord");
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        if (stream.Capture is { } capture)
        {
            if (isExternal)
            {
                capture.Add(stream, new EventRecordOperation(this));
            }
            else
            {
                Captured = new CapturedRecord(capture, [.. stream.CaptureTail]);
                Recorded = null;
            }
        }
        else if (isExternal)
        {
            return RefuseExternal("cuEventRecordWithFlags", stream);
        }
        else
        {
            RecordedBy(stream.Append(null));
        }

        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>The item at whose end the event is reached.</summary>
    public void RecordedBy(WorkItem item)
    {
        Recorded = item;
        Captured = null;
    }

    /// <summary>cuStreamWaitEvent. The wait is for the record that is the last one now.</summary>
    /// <param name="stream">Whose later work waits. It may belong to another context.</param>
    /// <param name="isExternal">Wait at each launch for what the event stands for then: in a capture only, 1 outside.</param>
    public CUresult LetWait(EmulatedStream stream, bool isExternal = false)
    {
        if (Captured is null && Recorded is null && !stream.IsDestroyed && !isExternal)
        {
            return stream.Capture is { IsInvalidated: true } ? CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : stream.Context.Status;
        }

        if (Captured is { } captured && !isExternal)
        {
            return captured.LetWait(stream);
        }

        CUresult admitted = stream.Admit("cuStreamWaitEvent");
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        if (stream.Capture is { } capture)
        {
            if (!isExternal)
            {
                capture.Invalidate();
                return Machine.Captures.Refused(
                    CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
                    $"cuStreamWaitEvent: {stream.Name} captures, and {Name} was recorded outside of that; the capture is broken by it.");
            }

            capture.Add(stream, new EventWaitOperation(this));
        }
        else if (isExternal)
        {
            return RefuseExternal("cuStreamWaitEvent", stream);
        }
        else
        {
            stream.Append(null, Recorded);
        }

        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuEventQuery.</summary>
    public CUresult Query()
    {
        if (RefuseWaiting("cuEventQuery") is { } refused)
        {
            return refused;
        }

        bool done = Machine.Scheduler.Poll(Recorded);
        return Context.Fault?.Result ?? (done ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_NOT_READY);
    }

    /// <summary>cuEventSynchronize.</summary>
    public CUresult Synchronize() => RefuseWaiting("cuEventSynchronize") ?? Machine.Scheduler.RunUntil(Context, Recorded);

    /// <summary>cuEventElapsedTime, from this one to the other, in milliseconds of the device's own clock.</summary>
    public CUresult ElapsedTime(EmulatedEvent end, out float milliseconds)
    {
        milliseconds = 0;
        if (((Flags | end.Flags) & CUevent_flags.CU_EVENT_DISABLE_TIMING) != 0 || Context.Device != end.Context.Device)
        {
            Machine.Find(FindingKind.Argument, $"cuEventElapsedTime from {Name} to {end.Name}: events of one device, made without DISABLE_TIMING, measure time.");
            return CUresult.CUDA_ERROR_INVALID_HANDLE;
        }

        if (Captured is not null || end.Captured is not null)
        {
            return CUresult.CUDA_ERROR_CAPTURED_EVENT;
        }

        if (Recorded is null || end.Recorded is null)
        {
            Machine.Find(FindingKind.Argument, $"cuEventElapsedTime from {Name} to {end.Name}: {(Recorded is null ? Name : end.Name)} was never recorded.");
            return CUresult.CUDA_ERROR_INVALID_HANDLE;
        }

        if (!Recorded.IsDone || !end.Recorded.IsDone)
        {
            return CUresult.CUDA_ERROR_NOT_READY;
        }

        milliseconds = (end.Recorded.FinishedAt - Recorded.FinishedAt) / 1e6f;
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuEventDestroy: waits that are queued stay.</summary>
    public CUresult Destroy()
    {
        Context.Disown(Handle, this);
        return Context.Status;
    }

    private CUresult RefuseExternal(string call, EmulatedStream stream) => Machine.Captures.Refused(
        CUresult.CUDA_ERROR_INVALID_VALUE, $"{call} of {Name} as an external one: {stream.Name} does not capture, and the flag is for captures only.");

    private CUresult? RefuseWaiting(string call)
    {
        if (Context.Fault is { } fault)
        {
            return fault.Result;
        }

        return Captured is null
            ? Machine.Captures.RefuseUnsafe(call)
            : Machine.Captures.Refused(
                CUresult.CUDA_ERROR_CAPTURED_EVENT, $"{call} of {Name}, which was recorded in a capture and stands for nodes of a graph; the flag EXTERNAL would record it at each launch.");
    }
}
