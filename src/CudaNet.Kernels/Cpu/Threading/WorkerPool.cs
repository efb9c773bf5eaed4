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

    public void BeginComputing() => Interlocked.Increment(ref _computing);

    public void EndComputing() => Interlocked.Decrement(ref _computing);

    /// <summary>Claims workers for a caller: at most its share of the threads, and what others left of them. Returns how many.</summary>
    public int Claim(PoolWorker[] helpers, int wanted)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _stopped) != 0, this);
        int callers = Math.Max(1, Volatile.Read(ref _computing));
        int share = ((Threads + callers - 1) / callers) - 1;
        int claimed = 0;
        int most = Math.Min(Math.Min(share, wanted), helpers.Length);
        for (int i = 0; i < _workers.Length && claimed < most; i++)
        {
            if (Interlocked.Increment(ref _helping) > Threads - callers)
            {
                Interlocked.Decrement(ref _helping);
                break;
            }

            if (_workers[i].TryClaim())
            {
                helpers[claimed++] = _workers[i];
            }
            else
            {
                Interlocked.Decrement(ref _helping);
            }
        }

        return claimed;
    }

    /// <summary>So many helpers have done their part.</summary>
    public void Unclaim(int helpers)
    {
        if (helpers > 0)
        {
            Interlocked.Add(ref _helping, -helpers);
        }
    }

    /// <summary>Ends and joins the threads, after the work in progress. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            Stop(_workers);
            Array.ForEach(_workers, w => w.Dispose());
        }
    }

    /// <summary>Ends the threads without waiting for them: for finalisers, when nobody can run anything any more.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            Stop(_workers);
        }
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
