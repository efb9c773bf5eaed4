using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>All captures of a machine, and what they forbid the calls beside them. Used under the machine's gate.</summary>
internal sealed class CaptureRegistry(EmulatedMachine machine)
{
    private readonly List<EmulatedStreamCapture> _active = [];
    private readonly Dictionary<int, CUstreamCaptureMode> _ofThreads = [];

    /// <summary>Those that are not ended, the broken ones included.</summary>
    public IReadOnlyList<EmulatedStreamCapture> Active => _active;

    /// <summary>cuStreamBeginCapture.</summary>
    public CUresult Begin(EmulatedStream stream, CUstreamCaptureMode mode)
    {
        if (stream.IsDestroyed)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (stream.Context.Fault is { } fault)
        {
            return fault.Result;
        }

        if (stream.IsLegacy)
        {
            return CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }

        if (!Enum.IsDefined(mode))
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        if (stream.Capture is not null)
        {
            return CUresult.CUDA_ERROR_ILLEGAL_STATE;
        }

        _active.Add(new EmulatedStreamCapture(stream, mode));
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuStreamEndCapture.</summary>
    /// <param name="stream">The stream it began with.</param>
    /// <param name="graph">Null unless it succeeds.</param>
    public CUresult End(EmulatedStream stream, out EmulatedGraph? graph)
    {
        graph = null;
        if (stream.IsDestroyed)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (stream.Capture is not { } capture)
        {
            return CUresult.CUDA_ERROR_ILLEGAL_STATE;
        }

        if (capture.Origin != stream)
        {
            return Refused(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, $"cuStreamEndCapture of {stream.Name}: the capture began with {capture.Origin.Name}.");
        }

        if (capture.Mode != CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED && capture.Thread != Environment.CurrentManagedThreadId)
        {
            return Refused(CUresult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, $"cuStreamEndCapture of {stream.Name} on another thread than the one that began it.");
        }

        CUresult result = capture.End();
        _active.Remove(capture);
        if (result == CUresult.CUDA_SUCCESS)
        {
            graph = capture.Graph;
            graph.Publish("cuStreamEndCapture");
        }
        else
        {
            capture.Graph.Destroy();
        }

        return result == CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED
            ? Refused(result, $"cuStreamEndCapture of {stream.Name}: work of another stream was not joined back into it; there is no graph.")
            : result;
    }

    /// <summary>Notes why a call that concerns a capture was refused.</summary>
    /// <returns>The result given.</returns>
    public CUresult Refused(CUresult result, string message)
    {
        machine.Find(FindingKind.Capture, message);
        return result;
    }

    /// <summary>cuStreamIsCapturing.</summary>
    public CUresult StatusOf(EmulatedStream stream, out CUstreamCaptureStatus status)
    {
        status = stream.Capture?.Status ?? CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;
        return stream.IsLegacy && BlockingOf(stream.Context) is not null ? CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT : CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuThreadExchangeStreamCaptureMode: which captures forbid unsafe calls to this thread.</summary>
    /// <returns>What it was before.</returns>
    public CUstreamCaptureMode ExchangeModeOfThread(CUstreamCaptureMode mode)
    {
        CUstreamCaptureMode previous = ModeOfThread();
        _ofThreads[Environment.CurrentManagedThreadId] = mode;
        return previous;
    }

    /// <summary>What a potentially unsafe call answers; null where no capture forbids it. Those that forbid it are broken by it.</summary>
    public CUresult? RefuseUnsafe(string call)
    {
        int thread = Environment.CurrentManagedThreadId;
        CUstreamCaptureMode mode = ModeOfThread();
        if (mode == CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED)
        {
            return null;
        }

        bool global = mode == CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL;
        return Refuse(call, _active.FindAll(c => c.Thread == thread
            ? c.Mode != CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
            : global && c.Mode == CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
    }

    /// <summary>What cuCtxSynchronize answers while a stream of the device captures, on any thread and in any mode; null where none does.</summary>
    public CUresult? RefuseContextSynchronize(EmulatedContext context)
        => Refuse("cuCtxSynchronize", _active.FindAll(c => c.Origin.Context.Device == context.Device));

    /// <summary>What work of the legacy stream answers while a blocking stream of its context captures; null where none does.</summary>
    public CUresult? RefuseLegacy(EmulatedStream stream, string call)
    {
        if (!stream.IsLegacy || BlockingOf(stream.Context) is not { } capture)
        {
            return null;
        }

        capture.Invalidate();
        machine.Find(FindingKind.Capture, $"{call} on the legacy stream would wait for {capture.Origin.Name}, a blocking stream that captures.");
        return CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }

    /// <summary>Notes work that the thread of a capture queues beside it; it runs at once, and is missing in the graph.</summary>
    public void FlagEscape(EmulatedStream stream, string call)
    {
        int thread = Environment.CurrentManagedThreadId;
        if (machine.Options.FlagWorkOutsideCapture
            && _active.Find(c => c.Thread == thread && c.Mode != CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED) is { } capture)
        {
            machine.Find(FindingKind.Capture, $"{call} on {stream.Name} runs at once and becomes no part of the graph that this thread captures with {capture.Origin.Name}.");
        }
    }

    /// <summary>Ends the captures of a context that is destroyed.</summary>
    public void InvalidateOf(EmulatedContext context)
    {
        foreach (EmulatedStreamCapture capture in _active.FindAll(c => c.Origin.Context == context))
        {
            Drop(capture);
        }
    }

    /// <summary>Breaks the capture of a stream that is destroyed; where it began there, nobody can end it any more.</summary>
    public void Abandon(EmulatedStream stream)
    {
        stream.Capture?.Invalidate();
        if (stream.Capture is { } capture && capture.Origin == stream)
        {
            Drop(capture);
        }
    }

    private void Drop(EmulatedStreamCapture capture)
    {
        capture.Invalidate();
        capture.End();
        capture.Graph.Destroy();
        _active.Remove(capture);
    }

    private EmulatedStreamCapture? BlockingOf(EmulatedContext context)
        => _active.Find(c => !c.IsInvalidated && c.Members.Any(member => member.Context == context && member.IsBlocking));

    private CUstreamCaptureMode ModeOfThread() => _ofThreads.GetValueOrDefault(Environment.CurrentManagedThreadId);

    private CUresult? Refuse(string call, List<EmulatedStreamCapture> captures)
    {
        if (captures.Count == 0)
        {
            return null;
        }

        if (captures.TrueForAll(c => c.IsInvalidated))
        {
            return CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        }

        captures.ForEach(c => c.Invalidate());
        machine.Find(FindingKind.Capture, $"{call} is not allowed while {captures[0].Origin.Name} captures; the capture is broken by it.");
        return CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
}
