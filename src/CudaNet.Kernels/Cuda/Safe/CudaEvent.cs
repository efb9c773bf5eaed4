using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A mark in a stream that others wait for. Thread-safe; recording it again moves the mark, while waits that stand keep the old one.</summary>
public sealed unsafe class CudaEvent : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(DriverApi.cuEventDestroy_v2), static (l, h) => (int)l.Driver.cuEventDestroy_v2(h));

    /// <param name="context">Where; it is recorded in streams of the same context.</param>
    /// <param name="timing">Whether <see cref="ElapsedMs"/> works; an event without is cheaper.</param>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaEvent(CudaContext context, bool timing = false)
    {
        context.Enter();
        CUevent_flags flags = timing ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING;
        nint handle;
        context.Check(context.Driver.cuEventCreate(&handle, (uint)flags), nameof(DriverApi.cuEventCreate), $"{flags}");
        Context = context;
        Handle = new CudaHandle(context, Destroy, handle);
    }

    private CudaEvent(CudaContext context, CudaHandle handle)
    {
        Context = context;
        Handle = handle;
    }

    /// <summary>The context it was made in.</summary>
    public CudaContext Context { get; }

    /// <summary>The driver's own handle (<c>CUevent</c>), for other code that calls the driver. It means nothing once this object is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public nint NativeHandle => Handle.Value;

    /// <summary>Whether all work before the mark has ended; also where it was never recorded.</summary>
    /// <exception cref="CudaException">The work failed, or the mark belongs to a capture.</exception>
    public bool IsComplete
    {
        get
        {
            Context.Enter();
            using HandleUse handle = Handle.Use();
            CUresult result = Context.Driver.cuEventQuery(handle.Value);
            if (result == CUresult.CUDA_ERROR_NOT_READY)
            {
                return false;
            }

            Context.Check(result, nameof(DriverApi.cuEventQuery));
            return true;
        }
    }

    internal CudaHandle Handle { get; }

    /// <summary>
    /// An event that other code made, to wait for its marks or to set them. Borrowed: disposing of the result destroys nothing, and the event's owner keeps it
    /// until then.
    /// </summary>
    /// <param name="context">The context it was made in; recording it in a stream of another one fails.</param>
    /// <param name="handle">The driver's handle (<c>CUevent</c>).</param>
    /// <exception cref="InvalidOperationException">This thread captures.</exception>
    /// <exception cref="CudaException">It is no event. What is no handle at all may end the process, as the driver follows it.</exception>
    public static CudaEvent FromHandle(CudaContext context, nint handle)
    {
        StreamCapture.ThrowIfActive();
        context.Enter();
        CUresult result = context.Driver.cuEventQuery(handle);
        if (result is not (CUresult.CUDA_ERROR_NOT_READY or CUresult.CUDA_ERROR_CAPTURED_EVENT))
        {
            context.Check(result, nameof(DriverApi.cuEventQuery), $"0x{handle:x}");
        }

        return new CudaEvent(context, CudaHandle.Borrowed(context, handle));
    }

    /// <summary>Waits until all work before the mark has ended.</summary>
    /// <exception cref="CudaException">The work failed, or the mark belongs to a capture.</exception>
    public void Synchronize()
    {
        Context.Enter();
        using HandleUse handle = Handle.Use();
        Context.Check(Context.Driver.cuEventSynchronize(handle.Value), nameof(DriverApi.cuEventSynchronize));
        Context.ThrowHostFailure();
    }

    /// <summary>The time between two marks in milliseconds, in steps of about half a microsecond.</summary>
    /// <exception cref="CudaException">One of them was made without timing, was never recorded, or has not passed yet.</exception>
    public float ElapsedMs(CudaEvent start)
    {
        Context.Enter();
        using HandleUse from = start.Handle.Use();
        using HandleUse to = Handle.Use();
        float milliseconds;
        Context.Check(Context.Driver.cuEventElapsedTime(&milliseconds, from.Value, to.Value), nameof(DriverApi.cuEventElapsedTime));
        return milliseconds;
    }

    /// <summary>Destroys the event; waits that stand still hold. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();
}
