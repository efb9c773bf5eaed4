using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// <c>threads − 1</c> threads that help callers compute, through a <see cref="WorkTeam"/> each. The threads of callers count: where several compute at
/// once, all of them together have <c>threads</c>, shared evenly, so that with as many callers as threads each computes alone. Thread-safe.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly PoolWorker[] _workers;
    private int _computing;
    private int _helping;
    private int _spareTakers;
    private int _stopped;

    public WorkerPool(int threads)
    {
        Threads = threads;
        List<PoolWorker> workers = new(threads - 1);
        try
        {
            while (workers.Count < threads - 1)
            {
                workers.Add(new PoolWorker(this, workers.Count + 1));
            }
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            Stop(workers);
            workers.ForEach(w => w.Dispose());
            throw new CudaNetException($"thread {workers.Count + 2} of {threads} could not be started", exception) { Hint = "Ask for fewer threads." };
        }

        _workers = [.. workers];
    }

    /// <summary>Threads that compute, callers included.</summary>
    public int Threads { get; }

    /// <summary>Whether callers alone are as many as the threads.</summary>
    public bool IsFull => Volatile.Read(ref _computing) >= Threads;

    /// <summary>Workers that sleep.</summary>
    public int SleepingWorkers => _workers.Count(w => w.IsAsleep);

    public void BeginComputing() => Interlocked.Increment(ref _computing);

    public void EndComputing() => Interlocked.Decrement(ref _computing);

    /// <summary>
    /// Claims workers for a caller: at most its share of the threads, and what others left of them. Each claimed worker must be called, then all given
    /// back at once by <see cref="Unclaim"/>. Takes no lock, and allocates nothing.
    /// </summary>
    /// <param name="helpers">Receives them.</param>
    /// <param name="wanted">The most that have something to do.</param>
    /// <param name="hasSpare">Whether one of them is of the threads that remain where the callers do not divide them evenly.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed of.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Claim(PoolWorker[] helpers, int wanted, out bool hasSpare)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _stopped) != 0, this);
        int callers = Math.Max(1, Volatile.Read(ref _computing));
        (int share, int spares) = Math.DivRem(Threads, callers);
        hasSpare = share > 0 && wanted >= share && TakeSpare(spares);
        int most = Math.Min(hasSpare ? share : share - 1, wanted);
        if (most <= 0)
        {
            return 0;
        }

        // Callers that began when they were fewer may still have more than their share.
        int over = Interlocked.Add(ref _helping, most) - (Threads - callers);
        int claimed = 0;
        for (int i = 0; i < _workers.Length && claimed < most - over && claimed < most; i++)
        {
            if (_workers[i].TryClaim())
            {
                helpers[claimed++] = _workers[i];
            }
        }

        if (claimed < most)
        {
            Interlocked.Add(ref _helping, claimed - most);
        }

        return claimed;
    }

    /// <summary>What a caller claimed has done its part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Unclaim(int helpers, bool hasSpare)
    {
        if (helpers > 0)
        {
            Interlocked.Add(ref _helping, -helpers);
        }

        if (hasSpare)
        {
            Interlocked.Decrement(ref _spareTakers);
        }
    }

    /// <summary>
    /// Ends the threads after the work in progress: a caller in <see cref="WorkTeam.Run"/> completes it with its helpers, and is refused the next.
    /// Idempotent; whoever calls it, all threads have ended when it returns.
    /// </summary>
    public void Dispose()
    {
        Abandon();
        Array.ForEach(_workers, w => w.Dispose());
    }

    /// <summary>Ends the threads without waiting for them: for finalisers, when nobody can run anything any more.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            Stop(_workers);
        }
    }

    /// <summary>So that nobody has two threads more than another: of those that remain, each caller may have one.</summary>
    private bool TakeSpare(int spares)
    {
        if (spares == 0)
        {
            return false;
        }

        if (Interlocked.Increment(ref _spareTakers) <= spares)
        {
            return true;
        }

        Interlocked.Decrement(ref _spareTakers);
        return false;
    }

    private static void Stop(IEnumerable<PoolWorker> workers)
    {
        foreach (PoolWorker worker in workers)
        {
            while (!worker.TryClaim())
            {
                Thread.Yield();
            }

            worker.Call(null, 0);
        }
    }
}
