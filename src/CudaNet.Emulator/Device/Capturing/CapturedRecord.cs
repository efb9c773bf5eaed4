using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>An event that was recorded in a capture: it stands for nodes of the graph to be.</summary>
/// <param name="Capture">The capture, perhaps ended since.</param>
/// <param name="Nodes">What whoever waits for the event follows.</param>
internal sealed record CapturedRecord(EmulatedStreamCapture Capture, IReadOnlyList<EmulatedGraphNode> Nodes)
{
    /// <summary>Makes the stream follow the nodes; one that captures nothing joins the capture by it. Once that is over there is nothing to wait for: 907.</summary>
    public CUresult LetWait(EmulatedStream stream)
    {
        if (stream.IsDestroyed)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }

        if (stream.Context.Fault is { } fault)
        {
            return fault.Result;
        }

        if (stream.Capture is { IsInvalidated: true })
        {
            return CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        }

        if (Capture.IsEnded)
        {
            stream.Capture?.Invalidate();
            return stream.Machine.Captures.Refused(
                CUresult.CUDA_ERROR_CAPTURED_EVENT,
                $"cuStreamWaitEvent: {stream.Name} would wait for an event of a capture that is over; only one recorded with the flag EXTERNAL is recorded by the graph's launches.");
        }

        if (stream.Capture is { } other && other != Capture)
        {
            other.Invalidate();
            Capture.Invalidate();
            return stream.Machine.Captures.Refused(
                CUresult.CUDA_ERROR_STREAM_CAPTURE_MERGE,
                $"cuStreamWaitEvent would merge the captures of {other.Origin.Name} and {Capture.Origin.Name}; both are broken by it.");
        }

        if (Capture.IsInvalidated)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        if (stream.IsLegacy)
        {
            Capture.Invalidate();
            return CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }

        Capture.Join(stream, Nodes);
        return CUresult.CUDA_SUCCESS;
    }
}
