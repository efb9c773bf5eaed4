using System.Diagnostics;

namespace CudaNet.Engine;

/// <summary>
/// Who runs, who waits, and what is left when a session goes: places in order of arrival, executables, and a count of users, the last of whom releases
/// everything. Thread-safe.
/// </summary>
internal sealed partial class RunScheduler : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PreparedModel _model;
    private readonly RunQueue _queue;
    private readonly Run[] _runs;
    private readonly Stack<RunHandle> _idle;
    private readonly Action<string> _runForgotten;
    private readonly ManualResetEventSlim _quiet = new();
    private int _users = 1;
    private int _waitedFor;
    private bool _isDisposed;
    private long _forgotten;

    public RunScheduler(PreparedModel model, InferenceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrentRuns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxExecutables, options.MaxConcurrentRuns);
        _model = model;
        _queue = new RunQueue(options.MaxConcurrentRuns);
        Executables = new ExecutablePool(model, options.MaxExecutables, options.MaxConcurrentRuns);
        _runs = [.. Enumerable.Range(0, options.MaxConcurrentRuns).Select(_ => new Run(this))];
        _idle = new Stack<RunHandle>(_runs.Select(r => new RunHandle(r)));
        _runForgotten = options.RunForgotten ?? (static message => Trace.TraceWarning(message));
    }

    /// <summary>How many runs may be in flight.</summary>
    public int Places => _runs.Length;

    public ExecutablePool Executables { get; }

    /// <summary>Runs that the garbage collector found.</summary>
    public long Forgotten => Volatile.Read(ref _forgotten);

    public bool IsDisposed => Volatile.Read(ref _isDisposed);

    /// <summary>Waits for a place; to be given back. Allocates nothing where one is free.</summary>
    /// <exception cref="InvalidOperationException">None is free, and the calling thread holds one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed of, or was meanwhile.</exception>
    public RunHandle Enter(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Use();
        try
        {
            if (!TryEnterQueue(static run => run.IsHeldHere))
            {
                _queue.Enter(cancellation);
            }
        }
        catch
        {
            Release();
            throw;
        }

        return TakeHandle();
    }

    /// <summary>The same, waiting without a thread.</summary>
    /// <inheritdoc cref="Enter"/>
    public async Task<RunHandle> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Use();
        try
        {
            // Between calls the thread is free: it may end its run while this one waits.
            if (!TryEnterQueue(static run => run.IsInCallHere))
            {
                await _queue.EnterAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            Release();
            throw;
        }

        return TakeHandle();
    }

    /// <summary>Begins a run in a place that was entered. On an exception the place is given back.</summary>
    /// <exception cref="CudaNetException">The shape does not fit, or there is not the memory.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    public long Begin(RunHandle handle, TensorShape input, RunLayers layers, Type? binding, object? tag, bool isPulled, CancellationToken cancellation)
    {
        ResidentExecutable resident;
        try
        {
            ObjectDisposedException.ThrowIf(IsDisposed, typeof(Session));
            cancellation.ThrowIfCancellationRequested();
            resident = Executables.Take(input, layers, binding);
        }
        catch
        {
            Leave(handle);
            throw;
        }

        long generation = handle.Run.Begin(resident, layers, tag, isPulled, cancellation);
        handle.Hold(generation);
        if (IsDisposed)
        {
            handle.End();
            throw new ObjectDisposedException(nameof(Session));
        }

        return generation;
    }

    /// <summary>The run is over: its executable and its place are free.</summary>
    public void GiveBack(RunHandle handle, ResidentExecutable? resident)
    {
        try
        {
            if (resident is not null)
            {
                Executables.Return(resident);
            }
        }
        finally
        {
            Leave(handle);
        }
    }

    /// <summary>Gives a place back in which no run is.</summary>
    public void Leave(RunHandle handle)
    {
        using (Uninterrupted.Enter(_lock))
        {
            _idle.Push(handle);
        }

        try
        {
            _queue.Leave();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>A call that computes on the calling thread from beginning to end: <see cref="Dispose"/> waits for it.</summary>
    public void BeginWaitedFor()
    {
        using (Uninterrupted.Enter(_lock))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Session));
            _waitedFor++;
        }
    }

    public void EndWaitedFor()
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (--_waitedFor == 0 && _isDisposed)
            {
                Uninterrupted.Set(_quiet);
            }
        }
    }

    /// <summary>No run begins any more; pulled runs end at their next call; calls in progress elsewhere are waited for. The last user releases.</summary>
    public void Dispose()
    {
        bool waits;
        using (Uninterrupted.Enter(_lock))
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            waits = _waitedFor > 0;
        }

        _queue.Close();
        foreach (Run run in _runs)
        {
            if (run.IsInFlight && (run.IsPulled || run.IsHeldHere))
            {
                run.RequestEndOfSession();
            }
        }

        if (waits && !ObserverHandle.IsInsideCallback)
        {
            Uninterrupted.Wait(_quiet);
        }

        Release();
    }

    private bool TryEnterQueue(Func<Run, bool> wouldWaitForItself)
    {
        if (_queue.TryEnter())
        {
            return true;
        }

        foreach (Run run in _runs)
        {
            if (run.IsInFlight && wouldWaitForItself(run))
            {
                throw new InvalidOperationException(
                    "no place is free, and this thread holds a run of the session: waiting for itself would never end. Finish that run first, or allow more at once (InferenceOptions.MaxConcurrentRuns)");
            }
        }

        return false;
    }

    private RunHandle TakeHandle()
    {
        using (Uninterrupted.Enter(_lock))
        {
            RunHandle handle = _idle.Pop();
            return handle.IsSpent ? new RunHandle(handle.Run) : handle;
        }
    }

    private void Use()
    {
        using (Uninterrupted.Enter(_lock))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Session));
            _users++;
        }
    }

    private void Release()
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (--_users > 0)
            {
                return;
            }
        }

        try
        {
            Executables.Clear();
        }
        finally
        {
            _model.Release();
        }
    }
}
