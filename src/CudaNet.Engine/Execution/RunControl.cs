namespace CudaNet.Engine;

/// <summary>
/// What can end a run from outside: a token, or a call on another thread. A backend asks it wherever it can stop, at least before work is queued and
/// between published stages. Thread-safe.
/// </summary>
/// <remarks>
/// The engine uses one for many runs: a word holds the generation of the run, whether a call of it is in progress, and why it shall end, so that a
/// request meant for one run can never reach a later one.
/// </remarks>
public sealed class RunControl
{
    private const long InCall = 1, Abandoned = 2, SessionDisposed = 4;
    private const int Generation = 3;

    private CancellationToken _cancellation;
    private long _word;

    /// <param name="cancellation">Ends the run.</param>
    public RunControl(CancellationToken cancellation = default) => _cancellation = cancellation;

    /// <summary>Nothing ends this one.</summary>
    internal static RunControl None { get; } = new();

    /// <summary>Throws where the run shall end.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or abandoned by another thread.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    public void ThrowIfStopped()
    {
        _cancellation.ThrowIfCancellationRequested();
        long word = Volatile.Read(ref _word);
        if ((word & (Abandoned | SessionDisposed)) != 0)
        {
            Throw(word);
        }
    }

    /// <summary>Whether a call of the run is in progress.</summary>
    internal bool IsInCall => (Volatile.Read(ref _word) & InCall) != 0;

    /// <summary>A new run; its first call is in progress.</summary>
    internal long Begin(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        long generation = (Volatile.Read(ref _word) >> Generation) + 1;
        Interlocked.Exchange(ref _word, (generation << Generation) | InCall);
        return generation;
    }

    /// <summary>The run is over: whoever still names its generation reaches nothing.</summary>
    internal void End()
    {
        _cancellation = default;
        Volatile.Write(ref _word, ((Volatile.Read(ref _word) >> Generation) + 1) << Generation);
    }

    /// <summary>A call begins.</summary>
    internal Entry TryEnter(long generation)
    {
        while (true)
        {
            long word = Volatile.Read(ref _word);
            if (word >> Generation != generation)
            {
                return Entry.Ended;
            }

            if ((word & InCall) != 0)
            {
                return Entry.Busy;
            }

            if (Interlocked.CompareExchange(ref _word, word | InCall, word) == word)
            {
                return Entry.Entered;
            }
        }
    }

    /// <summary>The call ends, and the run goes on.</summary>
    /// <exception cref="OperationCanceledException">The run was to end meanwhile; the call is still in progress then.</exception>
    internal void Exit()
    {
        long word = Volatile.Read(ref _word);
        long idle = word & ~(InCall | Abandoned | SessionDisposed);
        if (Interlocked.CompareExchange(ref _word, idle, idle | InCall) != (idle | InCall))
        {
            Throw(Volatile.Read(ref _word));
        }
    }

    /// <summary>Asks the run to end at its next step or call; nothing where it has ended. True where a call is in progress, which ends the run.</summary>
    internal bool RequestAbandon(long generation) => Request(generation, Abandoned);

    /// <summary>The same for whatever run there is.</summary>
    internal void RequestEndOfSession() => Request(Volatile.Read(ref _word) >> Generation, SessionDisposed);

    private static void Throw(long word) => throw ((word & SessionDisposed) != 0
        ? new ObjectDisposedException(nameof(Session), "the session was disposed of during the run")
        : new OperationCanceledException("the run was abandoned"));

    private bool Request(long generation, long flag)
    {
        long word = Volatile.Read(ref _word);
        while (word >> Generation == generation)
        {
            long seen = Interlocked.CompareExchange(ref _word, word | flag, word);
            if (seen == word)
            {
                return (word & InCall) != 0;
            }

            word = seen;
        }

        return false;
    }

    /// <summary>What became of an attempt to use a run.</summary>
    internal enum Entry
    {
        Entered,
        Busy,
        Ended,
    }
}
