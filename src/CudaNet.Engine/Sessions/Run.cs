namespace CudaNet.Engine;

/// <summary>
/// The state of one run at a time, used again by later ones: what executable it has, whom it calls, who holds it. Reached through a
/// <see cref="RunHandle"/> and the run's generation; the calls of a run exclude each other by the <see cref="RunControl"/>.
/// </summary>
internal sealed class Run(RunScheduler scheduler)
{
    /// <summary>
    /// Pulled runs in flight, of all sessions: whatever a forgotten one has must not be finalised before the run is found and ended.
    /// </summary>
    private static readonly HashSet<Run> Pulled = [];
    private static readonly Lock PulledLock = new();

    private readonly RunControl _control = new();
    private ResidentExecutable? _resident;
    private RunLayers? _layers;
    private volatile Thread? _holder;
    private bool _isComplete;

    /// <summary>What the caller gave the run to be known by.</summary>
    public object? Tag { get; private set; }

    /// <summary>Whether somebody may come back to it, in contrast to a run that a single call begins and ends.</summary>
    public bool IsPulled { get; private set; }

    public bool IsInFlight => Volatile.Read(ref _resident) is not null;

    public TensorShape OutputShape => Executable.Plan.OutputShape;

    /// <summary>Whose it is.</summary>
    public RunScheduler Scheduler => scheduler;

    /// <summary>Whether the calling thread used it last: it would wait for itself if it waited for this run.</summary>
    public bool IsHeldHere => _holder == Thread.CurrentThread;

    /// <summary>Whether the calling thread is inside a call of it.</summary>
    public bool IsInCallHere => IsHeldHere && _control.IsInCall;

    /// <summary>The output of a run that is complete.</summary>
    /// <exception cref="InvalidOperationException">It went where the run's binding says.</exception>
    public ReadOnlySpan<float> Output => Executable.BindingType is null
        ? _resident!.Output
        : throw new InvalidOperationException("the output of this run went where its binding says");

    private Executable Executable => _resident!.Executable;

    /// <summary>Begins; the first call is in progress until <see cref="Leave"/>.</summary>
    public long Begin(ResidentExecutable resident, RunLayers layers, object? tag, bool isPulled, CancellationToken cancellation)
    {
        _layers = layers;
        _isComplete = false;
        Tag = tag;
        IsPulled = isPulled;
        _holder = Thread.CurrentThread;
        if (isPulled)
        {
            using (Uninterrupted.Enter(PulledLock))
            {
                Pulled.Add(this);
            }
        }

        Volatile.Write(ref _resident, resident);
        return _control.Begin(cancellation);
    }

    public void Start(ReadOnlySpan<float> input) => Executable.Start(input, _control);

    public void Start(RunBinding binding) => Executable.Start(binding, _control);

    /// <summary>A call of the run begins.</summary>
    /// <exception cref="ObjectDisposedException">The run has ended.</exception>
    /// <exception cref="InvalidOperationException">Another call is in progress.</exception>
    public void Enter(long generation)
    {
        switch (_control.TryEnter(generation))
        {
            case RunControl.Entry.Busy:
                throw new InvalidOperationException("another call of this run is in progress: a run takes one at a time");
            case RunControl.Entry.Ended:
                throw new ObjectDisposedException(nameof(InferenceRun), "the run has ended");
            default:
                _holder = Thread.CurrentThread;
                break;
        }
    }

    /// <summary>The call ends and the run goes on.</summary>
    /// <exception cref="OperationCanceledException">Another thread wanted it to end; the call is still in progress then.</exception>
    public void Leave() => _control.Exit();

    /// <summary>The next stage that the run returns; attached observers are called on the way. False when the output has arrived.</summary>
    public bool Next(out Observation observation)
    {
        observation = default;
        while (!_isComplete && Advance(out observation))
        {
            if (_layers!.IsSelected(observation.Layer))
            {
                return true;
            }
        }

        if (_isComplete)
        {
            _control.ThrowIfStopped();
        }
        else if (Executable.BindingType is null)
        {
            Executable.Finish(_resident!.Output);
        }
        else
        {
            Executable.Finish();
        }

        _isComplete = true;
        return false;
    }

    /// <summary>Passes over what is left.</summary>
    public void Complete()
    {
        while (Next(out _))
        {
        }
    }

    /// <summary>The calls that follow, up to <see cref="LeaveThread"/>, are this thread's, one after the other.</summary>
    public void EnterThread() => Executable.Enter();

    public void LeaveThread() => Executable.Leave();

    /// <summary>A whole run on a binding.</summary>
    /// <param name="binding">Where its input and output are.</param>
    /// <param name="waits">Whether the output is there when this returns.</param>
    public void Complete(RunBinding binding, bool waits)
    {
        Start(binding);
        while (Advance(out _))
        {
        }

        Executable.Finish(waits);
    }

    /// <summary>A whole run, with the output to memory of the caller's.</summary>
    /// <exception cref="ShapeException"><paramref name="output"/> has another length; nothing was computed.</exception>
    public void Complete(ReadOnlySpan<float> input, Span<float> output)
    {
        Executable.CheckOutput(output.Length);
        Start(input);
        while (Advance(out _))
        {
        }

        Executable.Finish(output);
    }

    /// <summary>Ends the run, in whatever state it is. The caller is in a call of it, or nobody can reach it any more.</summary>
    public ResidentExecutable End()
    {
        ResidentExecutable resident = _resident!;
        try
        {
            resident.Executable.Abandon();
        }
        finally
        {
            _layers = null;
            _holder = null;
            Tag = null;
            using (Uninterrupted.Enter(PulledLock))
            {
                Pulled.Remove(this);
            }

            _control.End();
            Volatile.Write(ref _resident, null);
        }

        return resident;
    }

    /// <summary>
    /// True where the caller shall call <see cref="End"/> now. Otherwise the run has ended, or ends at its next step because a call of it is in progress, or
    /// at its next call because another thread may still look at its values.
    /// </summary>
    public bool TryEnterToEnd(long generation, bool isOwner)
    {
        bool endsNow = isOwner || IsHeldHere;
        while (true)
        {
            if (endsNow && _control.TryEnter(generation) is var entry && entry != RunControl.Entry.Busy)
            {
                return entry == RunControl.Entry.Entered;
            }

            // The call that was in progress may have ended since: the run would be left to a next call that never comes.
            if (_control.RequestAbandon(generation) || !endsNow)
            {
                return false;
            }
        }
    }

    /// <summary>Ends the run at its next step or call, because the session ends.</summary>
    public void RequestEndOfSession() => _control.RequestEndOfSession();

    private bool Advance(out Observation observation)
    {
        if (!Executable.Advance(out Observation stage))
        {
            observation = default;
            return false;
        }

        observation = new Observation(stage.Layer, stage.Shape, stage.Values, Tag);
        _layers!.Call(in observation);
        _control.ThrowIfStopped();
        return true;
    }
}
