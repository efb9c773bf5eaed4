using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// The primary context of a device, shared with every library in the process that uses the device, or a context that other code made. Whatever is made in
/// it is freed no later than it: a primary context ends with the last of its objects, even where it was disposed of before.
/// Any thread may use it and its objects: each call makes the context current on its thread where it is not.
/// </summary>
public sealed unsafe partial class CudaContext : IDisposable
{
    [ThreadStatic]
    private static CudaContext? _current;

    [ThreadStatic]
    private static CudaContext? _pushed;

    private readonly ConcurrentQueue<(ReleaseCall Call, nint Handle)> _released = new();
    private readonly nint _handle;
    private readonly bool _isBorrowed;
    private Exception? _hostFailure;
    private volatile bool _hasReleased;
    private volatile bool _isDisposed;
    private int _isDisposing;
    private int _references = 1;

    /// <summary>Retains the device's primary context, and makes it current on this thread.</summary>
    /// <exception cref="CudaException">The driver refuses: no memory, an exclusive device in use, a faulted one.</exception>
    public CudaContext(CudaDevice device)
        : this(device, makeCurrent: true)
    {
    }

    private CudaContext(CudaDevice device, bool makeCurrent)
    {
        Device = device;
        ThrowIfFaulted();
        nint handle;
        this.Check(Driver.cuDevicePrimaryCtxRetain(&handle, device.Handle), nameof(DriverApi.cuDevicePrimaryCtxRetain), $"{device}");
        _handle = handle;
        try
        {
            if (makeCurrent)
            {
                MakeCurrent();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private CudaContext(CudaDevice device, nint handle)
    {
        Device = device;
        _handle = handle;
        _isBorrowed = true;
        ThrowIfFaulted();
    }

    /// <summary>
    /// A native object could not be freed. Nothing is thrown then, and all else is still freed. Raised once for each such object, on the thread that freed it;
    /// what a listener throws is ignored.
    /// </summary>
    public event Action<ReleaseFailure>? ReleaseFailed;

    /// <summary>The device.</summary>
    public CudaDevice Device { get; }

    /// <summary>The driver's own handle (<c>CUcontext</c>), for other code that calls the driver.</summary>
    public nint NativeHandle => _handle;

    /// <summary>Whether graphs can mark events that code outside them waits for: <see cref="CudaStream.RecordExternal"/>, from driver 11.1 on.</summary>
    public bool HasExternalEvents => Driver.cuEventRecordWithFlags != null;

    internal CudaLibraries Libraries => Device.Libraries;

    internal DriverApi Driver => Libraries.Driver;

    /// <summary>Whether it is certainly current on this thread; of a borrowed one its owner decides that, unless it was pushed.</summary>
    private bool IsEntered => _current == this && (!_isBorrowed || _pushed == this);

    /// <summary>A free in a capture would break it, and one in a host function is refused.</summary>
    private static bool MayFree => !StreamCapture.IsActiveOnThisThread && !HostFunctions.IsRunning;

    /// <summary>Free and total memory of the device in bytes, other processes' use counted.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public (long FreeBytes, long TotalBytes) Memory
    {
        get
        {
            Enter();
            nuint free, total;
            this.Check(Driver.cuMemGetInfo_v2(&free, &total), nameof(DriverApi.cuMemGetInfo_v2));
            return ((long)free, (long)total);
        }
    }

    /// <summary>
    /// A context that other code made. Borrowed: disposing of the result frees what was made here and destroys nothing else; the context's owner keeps it until
    /// then. It is made current at every call, as its owner decides what is current in between; whatever it finds current it does not put back.
    /// </summary>
    /// <param name="libraries">The libraries; the device is found among theirs.</param>
    /// <param name="handle">The driver's handle (<c>CUcontext</c>).</param>
    /// <exception cref="CudaException">It is no context. What is no handle at all may end the process, as the driver follows it.</exception>
    /// <exception cref="DeviceFaultedException">Its device faulted before.</exception>
    public static CudaContext FromHandle(CudaLibraries libraries, nint handle)
    {
        ArgumentOutOfRangeException.ThrowIfZero(handle);
        ForgetCurrent();
        libraries.Check(libraries.Driver.cuCtxSetCurrent(handle), nameof(DriverApi.cuCtxSetCurrent), null);
        int device;
        libraries.Check(libraries.Driver.cuCtxGetDevice(&device), nameof(DriverApi.cuCtxGetDevice), null);
        int found = device;
        return new CudaContext(libraries.Devices.First(d => d.Handle == found), handle);
    }

    /// <summary>Makes the context current on this thread. Only needed after other code has made another one current.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    /// <exception cref="DeviceFaultedException">The device faulted before.</exception>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ThrowIfFaulted();
        HostFunctions.ThrowIfRunning();
        _current = null;
        this.Check(Driver.cuCtxSetCurrent(_handle), nameof(DriverApi.cuCtxSetCurrent), $"{Device}");
        _current = this;
    }

    /// <summary>Waits until all work of the context has ended, in whatever stream. Not while any thread captures: it would end the capture.</summary>
    /// <exception cref="CudaException">The work failed.</exception>
    /// <exception cref="InvalidOperationException">This thread captures.</exception>
    public void Synchronize()
    {
        StreamCapture.ThrowIfActive();
        Enter();
        this.Check(Driver.cuCtxSynchronize(), nameof(DriverApi.cuCtxSynchronize));
        ThrowHostFailure();
    }

    /// <summary>Frees what finalisers left, and the context itself once nothing is left in it. Never throws.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposing, 1) == 0)
        {
            FreeReleased();
            _isDisposed = true;
            RemoveReference();
        }
    }

    /// <summary>To be called before every native call: makes the context current where it is not, refuses a faulted device, frees what finalisers left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        if (!IsEntered || _hasReleased || _isDisposed || Device.Fault is not null)
        {
            EnterSlowly();
        }
    }

    internal void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Frees a native object now, or where this thread may not, at a later call. Never throws.</summary>
    internal void Release(ReleaseCall call, nint handle, bool later)
    {
        if (later || !MayFree)
        {
            _released.Enqueue((call, handle));
            _hasReleased = true;
            return;
        }

        CUresult entered = IsEntered ? CUresult.CUDA_SUCCESS : Driver.cuCtxSetCurrent(_handle);
        _current = entered == CUresult.CUDA_SUCCESS ? this : _current;
        if (_isBorrowed && entered != CUresult.CUDA_SUCCESS)
        {
            // Its owner destroyed it, and all in it. In another context the same handle or address may be somebody else's.
            Report(nameof(DriverApi.cuCtxSetCurrent), _handle, (int)entered);
        }
        else
        {
            Report(call.Name, handle, call.Release(Libraries, handle));
        }

        RemoveReference();
        FreeReleased();
    }

    /// <summary>Frees what finalisers left, and what was disposed of during a capture.</summary>
    internal void FreeReleased()
    {
        while (_hasReleased && MayFree)
        {
            _hasReleased = false;
            while (_released.TryDequeue(out (ReleaseCall Call, nint Handle) item))
            {
                Release(item.Call, item.Handle, later: false);
            }
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Fail(int result, string call, string? arguments, string? log = null)
    {
        NativeFailure failure = ResultText.Describe(Libraries, result, call, arguments, log);
        NativeFailure? behind = DeviceFaults.FindBehind(this, result, call);
        if (behind is { } sticky && DriverStatus.IsSticky((CUresult)sticky.Number))
        {
            throw Device.Faulted(new DeviceFaultedException(failure with { Result = sticky.Result, Number = sticky.Number, Text = sticky.Text, Hint = sticky.Hint }, Device.Ordinal));
        }

        throw new CudaException(behind is null ? failure : failure with { Text = $"{behind}", Hint = behind.Hint });
    }

    /// <summary>What a host function threw first, to be thrown where someone waits for it.</summary>
    internal void HostFunctionFailed(Exception exception) => Interlocked.CompareExchange(ref _hostFailure, exception, null);

    internal void ThrowHostFailure()
    {
        if (Volatile.Read(ref _hostFailure) is not null && Interlocked.Exchange(ref _hostFailure, null) is { } exception)
        {
            throw new Engine.CudaNetException($"a host function failed: {exception.Message}", exception);
        }
    }

    /// <summary>Whatever is current on this thread, the next call makes its context current again.</summary>
    internal static void ForgetCurrent() => _current = null;

    private void EnterSlowly()
    {
        if (!IsEntered)
        {
            MakeCurrent();
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ThrowIfFaulted();
        FreeReleased();
    }

    private void ThrowIfFaulted()
    {
        if (Device.Fault is { } first)
        {
            throw new DeviceFaultedException(first);
        }
    }

    internal void RemoveReference()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            if (_isBorrowed)
            {
                _current = _current == this ? null : _current;
                return;
            }

            if (_current == this)
            {
                // Where a scope is open on this thread, its own context stood in this place.
                _current = _pushed;
                Report(nameof(DriverApi.cuCtxSetCurrent), _pushed?._handle ?? 0, (int)Driver.cuCtxSetCurrent(_pushed?._handle ?? 0));
            }

            Report(nameof(DriverApi.cuDevicePrimaryCtxRelease_v2), Device.Handle, (int)Driver.cuDevicePrimaryCtxRelease_v2(Device.Handle));
        }
    }

    internal void Report(string call, nint handle, int result)
    {
        // At the end of the process the driver is gone before the last owners, and everything is freed with it.
        if (result is (int)CUresult.CUDA_SUCCESS or (int)CUresult.CUDA_ERROR_DEINITIALIZED)
        {
            return;
        }

        try
        {
            ReleaseFailed?.Invoke(new ReleaseFailure(call, handle, ResultText.Name(Libraries, result, call), result));
        }
        catch (Exception)
        {
            // Disposal promises not to throw, whatever a listener does.
        }
    }
}
