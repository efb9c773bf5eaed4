using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuStreamBeginCapture(nint hStream)
        => BeginCapture(nameof(cuStreamBeginCapture), hStream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);

    public static CUresult cuStreamBeginCapture_v2(nint hStream, CUstreamCaptureMode mode)
        => BeginCapture(nameof(cuStreamBeginCapture_v2), hStream, mode);

    public static CUresult cuStreamEndCapture(nint hStream, nint* phGraph)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamEndCapture));
        if (call.Refuse(invalid: phGraph == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = call.Machine.Captures.End(stream, out EmulatedGraph? graph);
        *phGraph = graph?.Handle ?? 0;
        return result;
    }

    public static CUresult cuStreamIsCapturing(nint hStream, CUstreamCaptureStatus* captureStatus)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamIsCapturing));
        if (call.Refuse(invalid: captureStatus == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = call.Machine.Captures.StatusOf(stream, out CUstreamCaptureStatus status);
        *captureStatus = status;
        return result;
    }

    public static CUresult cuStreamGetCaptureInfo(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out)
        => CaptureInfo(nameof(cuStreamGetCaptureInfo), hStream, captureStatus_out, id_out, null, null, null);

    public static CUresult cuStreamGetCaptureInfo_v2(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out, nint* graph_out, nint** dependencies_out, nuint* numDependencies_out)
        => CaptureInfo(nameof(cuStreamGetCaptureInfo_v2), hStream, captureStatus_out, id_out, graph_out, dependencies_out, numDependencies_out);

    public static CUresult cuStreamGetCaptureInfo_v3(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out, nint* graph_out, nint** dependencies_out, void** edgeData_out, nuint* numDependencies_out)
    {
        if (edgeData_out != null)
        {
            *edgeData_out = null;
        }

        return CaptureInfo(nameof(cuStreamGetCaptureInfo_v3), hStream, captureStatus_out, id_out, graph_out, dependencies_out, numDependencies_out);
    }

    public static CUresult cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode* mode)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuThreadExchangeStreamCaptureMode));
        if (call.Refuse(invalid: mode == null || !Enum.IsDefined(*mode)) is { } refused)
        {
            return refused;
        }

        *mode = call.Machine.Captures.ExchangeModeOfThread(*mode);
        return CUDA_SUCCESS;
    }

    private static CUresult BeginCapture(string name, nint hStream, CUstreamCaptureMode mode)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return call.Machine.Captures.Begin(stream, mode);
    }

    /// <summary>Identity and, where asked for, the graph as it grows and the nodes that the stream's next one follows.</summary>
    private static CUresult CaptureInfo(string name, nint hStream, CUstreamCaptureStatus* status, ulong* id, nint* graph, nint** dependencies, nuint* count)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: status == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = call.Machine.Captures.StatusOf(stream, out CUstreamCaptureStatus now);
        *status = now;
        if (result != CUDA_SUCCESS || now != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE)
        {
            return result;
        }

        EmulatedStreamCapture capture = stream.Capture!;
        if (id != null)
        {
            *id = capture.Id;
        }

        if (graph != null || dependencies != null || count != null)
        {
            CaptureDependencies tail = CaptureDependencies.Of(stream);
            Set(graph, capture.Graph.Handle);
            Set(count, tail.Count);
            if (dependencies != null)
            {
                *dependencies = tail.Nodes;
            }
        }

        return CUDA_SUCCESS;
    }

    private static void Set<T>(T* target, T value)
        where T : unmanaged
    {
        if (target != null)
        {
            *target = value;
        }
    }
}
