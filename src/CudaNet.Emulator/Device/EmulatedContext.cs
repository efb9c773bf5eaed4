using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A context: its streams, what was made in it, and the fault that ended it. Used under the machine's gate.</summary>
internal sealed class EmulatedContext
{
    private const int FourByteBanks = 1;

    private readonly Dictionary<int, EmulatedStream> _ofThreads = [];
    private readonly List<EmulatedStream> _streams = [];
    private readonly HashSet<nint> _handles = [];
    private readonly HashSet<object> _loaded = [];

    public EmulatedContext(EmulatedDevice device, uint flags, bool isPrimary)
    {
        Device = device;
        Flags = flags;
        IsPrimary = isPrimary;
        Handle = device.Machine.Handles.Add(this);
        Legacy = new EmulatedStream(this, "the legacy stream", CUstream_flags.CU_STREAM_DEFAULT, priority: 0, StreamKind.Legacy);
        _streams.Add(Legacy);
    }

    public EmulatedDevice Device { get; }

    public EmulatedMachine Machine => Device.Machine;

    public nint Handle { get; }

    public uint Flags { get; set; }

    public bool IsPrimary { get; }

    /// <summary>What <c>cuCtxSetCacheConfig</c> was given last; a preference, of which nothing is seen here.</summary>
    public int CacheConfig { get; set; }

    /// <summary>What <c>cuCtxSetSharedMemConfig</c> was given last; devices since compute capability 5 pass over it.</summary>
    public int SharedMemoryConfig { get; set; } = FourByteBanks;

    public bool IsDestroyed { get; private set; }

    /// <summary>Null while all work succeeded.</summary>
    public ContextFault? Fault { get; private set; }

    /// <summary>Success, or the fault.</summary>
    public CUresult Status => Fault?.Result ?? CUresult.CUDA_SUCCESS;

    public EmulatedStream Legacy { get; }

    /// <summary>All streams that live or still have work, the legacy one first.</summary>
    public IReadOnlyList<EmulatedStream> Streams => _streams;

    /// <summary>The default stream of the calling thread.</summary>
    public EmulatedStream OfThread()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (!_ofThreads.TryGetValue(thread, out EmulatedStream? stream))
        {
            stream = new EmulatedStream(this, $"the default stream of thread {_ofThreads.Count + 1}", CUstream_flags.CU_STREAM_DEFAULT, priority: 0, StreamKind.OfThread);
            _ofThreads.Add(thread, stream);
            _streams.Add(stream);
        }

        return stream;
    }

    public EmulatedStream CreateStream(CUstream_flags flags, int priority, string call)
    {
        _streams.RemoveAll(old => old.IsDestroyed && !old.HasWork);
        var stream = new EmulatedStream(this, "stream", flags, priority, StreamKind.Created);
        stream.Handle = Own(stream, LeakKind.Stream, call);
        stream.Name = $"stream 0x{stream.Handle:x}";
        _streams.Add(stream);
        return stream;
    }

    public EmulatedEvent CreateEvent(CUevent_flags flags, string call)
    {
        var made = new EmulatedEvent(this, flags);
        made.Handle = Own(made, LeakKind.Event, call);
        return made;
    }

    /// <summary>Gives an object of this context its handle, and notes that the program must give it back.</summary>
    public nint Own(object made, LeakKind kind, string call)
    {
        nint handle = Machine.Handles.Add(made);
        _handles.Add(handle);
        Machine.Ledger.Add(made, kind, call);
        return handle;
    }

    /// <summary>The object was given back.</summary>
    public void Disown(nint handle, object made)
    {
        _handles.Remove(handle);
        Machine.Handles.Remove(handle);
        Machine.Ledger.Remove(made);
    }

    /// <summary>Whether code is there already: always, unless the device loads it lazily.</summary>
    /// <param name="code">As <see cref="StreamOperation.Code"/> says; null for what needs no loading.</param>
    public bool HasLoaded(object? code) => code is null || !Device.Profile.LoadsLazily || _loaded.Contains(code);

    public void Load(object? code)
    {
        if (code is not null && Device.Profile.LoadsLazily)
        {
            _loaded.Add(code);
        }
    }

    /// <summary>cuCtxSynchronize: runs all that is queued.</summary>
    public CUresult Synchronize()
    {
        if (Fault is { } fault)
        {
            return fault.Result;
        }

        return Machine.Captures.RefuseContextSynchronize(this) ?? Machine.Scheduler.RunAll(this);
    }

    /// <summary>The first fault stays until the context is destroyed; what is queued will not run. No other context has it.</summary>
    public void SetFault(ContextFault fault)
    {
        Fault ??= fault;
        if (fault.Result != CUresult.CUDA_ERROR_ASSERT)
        {
            Device.NoteSevere(fault);
        }
    }

    /// <summary>Ends the context at once: its work is dropped, its handles mean nothing any more, its memory is gone. The ledger keeps what was not given back.</summary>
    public void Destroy()
    {
        if (IsDestroyed)
        {
            return;
        }

        IsDestroyed = true;
        Machine.Captures.InvalidateOf(this);
        Machine.Scheduler.Drop(this);
        foreach (nint handle in _handles)
        {
            Machine.Handles.Remove(handle);
        }

        foreach (EmulatedStream stream in _streams)
        {
            stream.IsDestroyed = true;
        }

        Machine.Memory.ReleaseOf(this);
        Machine.Handles.Remove(Handle);
        Device.Forget(this);
    }
}
