using System.Diagnostics.CodeAnalysis;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A queue of work on a device. Work in one stream runs in order; between two streams only events order it. It never waits for the legacy default stream.
/// Calls return before the work has run, unless they say that they wait. Thread-safe, as far as the order between threads does not matter.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "CUDA's own word for it.")]
public sealed unsafe partial class CudaStream : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(DriverApi.cuStreamDestroy_v2), static (l, h) => (int)l.Driver.cuStreamDestroy_v2(h));

    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaStream(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Driver.cuStreamCreate(&handle, (uint)CUstream_flags.CU_STREAM_NON_BLOCKING), nameof(DriverApi.cuStreamCreate), $"{CUstream_flags.CU_STREAM_NON_BLOCKING}");
        Context = context;
        Handle = new CudaHandle(context, Destroy, handle);
    }

    private CudaStream(CudaContext context, CudaHandle handle)
    {
        Context = context;
        Handle = handle;
    }

    /// <summary>The context it was made in.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's own handle (<c>CUstream</c>), for other code that calls the driver. It means nothing once this object is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public nint NativeHandle => Handle.Value;

    /// <summary>Whether all its work has ended.</summary>
    /// <exception cref="CudaException">The work failed, or the stream captures, which ends the capture.</exception>
    public bool IsIdle
    {
        get
        {
            Context.Enter();
            using HandleUse stream = Handle.Use();
            CUresult result = Context.Driver.cuStreamQuery(stream.Value);
            if (result == CUresult.CUDA_ERROR_NOT_READY)
            {
                return false;
            }

            Context.Check(result, nameof(DriverApi.cuStreamQuery));
            return true;
        }
    }

    /// <summary>Whether work is recorded for a graph instead of run.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public bool IsCapturing
    {
        get
        {
            Context.Enter();
            using HandleUse stream = Handle.Use();
            CUstreamCaptureStatus status;
            Context.Check(Context.Driver.cuStreamIsCapturing(stream.Value, &status), nameof(DriverApi.cuStreamIsCapturing));
            return status != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;
        }
    }

    internal CudaHandle Handle { get; }

    /// <summary>
    /// A stream that other code made, to queue work in its order. Borrowed: disposing of the result destroys nothing, and the stream's owner keeps it until
    /// then. A blocking stream waits for the legacy default stream, as it does for its owner; 0, 1 and 2 mean the driver's default streams.
    /// </summary>
    /// <param name="context">The context it was made in.</param>
    /// <param name="handle">The driver's handle (<c>CUstream</c>).</param>
    /// <exception cref="ArgumentException">It is of another context.</exception>
    /// <exception cref="CudaException">It is no stream. What is no handle at all may end the process, as the driver follows it.</exception>
    public static CudaStream FromHandle(CudaContext context, nint handle)
    {
        context.Enter();
        nint owner;
        context.Check(context.Driver.cuStreamGetCtx(handle, &owner), nameof(DriverApi.cuStreamGetCtx), $"0x{handle:x}");
        return owner == context.NativeHandle
            ? new CudaStream(context, CudaHandle.Borrowed(context, handle))
            : throw new ArgumentException($"the stream 0x{handle:x} is of the context 0x{owner:x}, not of 0x{context.NativeHandle:x}", nameof(handle));
    }

    /// <summary>Waits until all its work has ended.</summary>
    /// <exception cref="CudaException">The work failed, or the stream captures, which ends the capture.</exception>
    /// <exception cref="Engine.CudaNetException">A host function threw; its exception is the inner one.</exception>
    public void Synchronize()
    {
        Context.Enter();
        using HandleUse stream = Handle.Use();
        Context.Check(Context.Driver.cuStreamSynchronize(stream.Value), nameof(DriverApi.cuStreamSynchronize));
        Context.ThrowHostFailure();
    }

    /// <summary>Marks this place of the stream.</summary>
    /// <exception cref="CudaException">The event is of another context.</exception>
    public void Record(CudaEvent mark)
    {
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse handle = mark.Handle.Use();
        Context.Check(Context.Driver.cuEventRecord(handle.Value, stream.Value), nameof(DriverApi.cuEventRecord));
    }

    /// <summary>
    /// In a capture: marks this place at every launch of the graph, for those outside it, from the moment of the launch on. <see cref="Record"/> would mark it
    /// for the capture alone.
    /// </summary>
    /// <exception cref="CudaException">The stream does not capture.</exception>
    /// <exception cref="InvalidOperationException">The driver is older than 11.1: see <see cref="CudaContext.HasExternalEvents"/>.</exception>
    public void RecordExternal(CudaEvent mark)
    {
        if (!Context.HasExternalEvents)
        {
            throw new InvalidOperationException("This driver's graphs cannot mark events for others: it is older than 11.1.");
        }

        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse handle = mark.Handle.Use();
        CUresult result = Context.Driver.cuEventRecordWithFlags(handle.Value, stream.Value, (uint)CUevent_record_flags.CU_EVENT_RECORD_EXTERNAL);
        Context.Check(result, nameof(DriverApi.cuEventRecordWithFlags), $"{CUevent_record_flags.CU_EVENT_RECORD_EXTERNAL}");
    }

    /// <summary>Lets later work of this stream wait for the mark as it stands now; nothing where it was never recorded.</summary>
    /// <exception cref="CudaException">The driver refuses: a capture may not wait for work outside it.</exception>
    public void WaitFor(CudaEvent mark)
    {
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse handle = mark.Handle.Use();
        Context.Check(Context.Driver.cuStreamWaitEvent(stream.Value, handle.Value, (uint)CUevent_wait_flags.CU_EVENT_WAIT_DEFAULT), nameof(DriverApi.cuStreamWaitEvent));
    }

    /// <summary>
    /// Calls a function once the work before it has ended, on a thread of the driver. It may not call CUDA. What it throws is thrown by the next
    /// <see cref="Synchronize"/> in the context. It is not called after a fault of the device. In a capture it becomes part of the graph and is called at
    /// every launch.
    /// </summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Call(Action function)
    {
        ArgumentNullException.ThrowIfNull(function);
        bool captured = IsCapturing;
        nint id = HostFunctions.Add(Context, function, once: !captured);
        using HandleUse stream = Handle.Use();
        CUresult result = Context.Driver.cuLaunchHostFunc(stream.Value, HostFunctions.EntryPoint, (void*)id);
        if (result != CUresult.CUDA_SUCCESS)
        {
            HostFunctions.Remove(id);
        }
        else if (captured)
        {
            StreamCapture.KeepForGraph(this, id);
        }

        Context.Check(result, nameof(DriverApi.cuLaunchHostFunc));
    }

    /// <summary>Begins to record what is queued here, and in streams that wait for it, for a graph. Ended by this thread.</summary>
    /// <exception cref="CudaException">The stream captures already.</exception>
    public StreamCapture BeginCapture() => new(this);

    /// <summary>Destroys the stream; its work still runs to its end. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();
}
