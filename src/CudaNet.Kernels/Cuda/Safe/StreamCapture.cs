using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// The time in which a stream records its work instead of running it. It concerns this thread alone: other threads go on using the device.
/// This thread may not wait for the device, allocate or free meanwhile; what it disposes of is freed after the capture.
/// Ended by <see cref="End"/>, or dropped by disposing, on the thread that began it.
/// </summary>
public sealed unsafe class StreamCapture : IDisposable
{
    [ThreadStatic]
    private static StreamCapture? _active;

    private readonly CudaStream _stream;
    private readonly StreamCapture? _outer;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<nint> _hostFunctions = [];
    private volatile bool _isOver;

    internal StreamCapture(CudaStream stream)
    {
        CudaContext context = stream.Context;
        context.Enter();
        using HandleUse handle = stream.Handle.Use();
        context.Check(
            context.Driver.cuStreamBeginCapture_v2(handle.Value, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
            nameof(DriverApi.cuStreamBeginCapture_v2),
            $"{CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL}");
        _stream = stream;
        _outer = Active;
        _active = this;
    }

    internal static bool IsActiveOnThisThread => Active is not null;

    /// <summary>The thread's capture that began last. Captures of several streams may end in any order.</summary>
    private static StreamCapture? Active
    {
        get
        {
            while (_active is { _isOver: true })
            {
                _active = _active._outer;
            }

            return _active;
        }
    }

    /// <summary>Ends the capture, and gives what it recorded.</summary>
    /// <exception cref="CudaException">The capture was broken by a call that it does not allow, or a stream that took part was not joined back.</exception>
    /// <exception cref="InvalidOperationException">It has ended before, or another thread began it.</exception>
    public CudaGraph End()
    {
        if (_isOver || _thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(_isOver ? "The capture has ended." : "A capture is ended on the thread that began it.");
        }

        CudaContext context = _stream.Context;
        nint graph;
        CUresult result = Finish(&graph);
        if (result != CUresult.CUDA_SUCCESS)
        {
            Forget();
        }

        context.Check(result, nameof(DriverApi.cuStreamEndCapture));
        return new CudaGraph(context, graph, new GraphHostFunctions(_hostFunctions));
    }

    /// <summary>Drops what was recorded, where <see cref="End"/> was not called. Never throws.</summary>
    public void Dispose()
    {
        if (!_isOver)
        {
            nint graph;
            if (Finish(&graph) == CUresult.CUDA_SUCCESS && graph != 0)
            {
                new CudaGraph(_stream.Context, graph, new GraphHostFunctions(_hostFunctions)).Dispose();
            }
            else
            {
                Forget();
            }
        }
    }

    /// <summary>Keeps a host function for the graph of the capture that the stream began; of the last one where it only takes part.</summary>
    internal static void KeepForGraph(CudaStream stream, nint hostFunction)
    {
        StreamCapture? owner = Active;
        while (owner is not null && (owner._isOver || owner._stream != stream))
        {
            owner = owner._outer;
        }

        (owner ?? Active)?._hostFunctions.Add(hostFunction);
    }

    /// <exception cref="InvalidOperationException">This thread captures.</exception>
    internal static void ThrowIfActive()
    {
        if (Active is not null)
        {
            throw new InvalidOperationException("This thread captures a stream: it may not wait for the device before the capture has ended.");
        }
    }

    private CUresult Finish(nint* graph)
    {
        *graph = 0;
        _isOver = true;
        try
        {
            using HandleUse handle = _stream.Handle.Use();
            CUresult result = _stream.Context.Driver.cuStreamEndCapture(handle.Value, graph);
            if (result != CUresult.CUDA_SUCCESS)
            {
                Leave(handle.Value);
            }

            return result;
        }
        catch (ObjectDisposedException)
        {
            return CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED;
        }
        finally
        {
            _stream.Context.FreeReleased();
        }
    }

    /// <summary>A capture whose end failed may still be there, and then this thread could free nothing: end it again, and drop what it recorded.</summary>
    private void Leave(nint stream)
    {
        CUstreamCaptureStatus status;
        if (_stream.Context.Driver.cuStreamIsCapturing(stream, &status) == CUresult.CUDA_SUCCESS && status != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE)
        {
            nint graph = 0;
            if (_stream.Context.Driver.cuStreamEndCapture(stream, &graph) == CUresult.CUDA_SUCCESS && graph != 0)
            {
                _stream.Context.Driver.cuGraphDestroy(graph);
            }
        }
    }

    private void Forget() => _hostFunctions.ForEach(HostFunctions.Remove);
}
