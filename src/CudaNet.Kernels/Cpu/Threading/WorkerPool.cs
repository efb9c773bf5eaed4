using System.Runtime.ExceptionServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The caller and <c>threads − 1</c> threads of its own. <see cref="Run"/> returns when every item is done and allocates nothing. Waiting workers spin
/// for some tens of microseconds, the usual gap between two steps, and then sleep. One run at a time: a second caller waits.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Lock _runLock = new();
    private readonly PoolWorker[] _workers;
    private ParallelWork? _work;
    private int _items;
    private int _nextItem;
    private int _busyWorkers;
    private Exception? _failure;
    private volatile bool _stopping;

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
            _stopping = true;
            workers.ForEach(w => w.Dispose());
            throw new CudaNetException($"thread {workers.Count + 2} of {threads} could not be started", exception) { Hint = "Ask for fewer threads." };
        }

        _workers = [.. workers];
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs every item. An item's exception ends the run, after the items in progress, and is thrown here.</summary>
    public void Run(ParallelWork work)
    {
        using Lock.Scope scope = _runLock.EnterScope();
        ObjectDisposedException.ThrowIf(_stopping, this);
        _work = work;
        _items = work.Items;
        _nextItem = 0;
        _failure = null;
        int helpers = Math.Min(_workers.Length, _items - 1);
        Volatile.Write(ref _busyWorkers, Math.Max(0, helpers));
        for (int i = 0; i < helpers; i++)
        {
            _workers[i].Wake();
        }

        TakeItems(0);
        SpinWait spin = default;
        while (Volatile.Read(ref _busyWorkers) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        _work = null;
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    internal bool IsStopping => _stopping;

    /// <summary>Ends and joins the threads. Idempotent.</summary>
    public void Dispose()
    {
        using Lock.Scope scope = _runLock.EnterScope();
        if (!_stopping)
        {
            _stopping = true;
            foreach (PoolWorker worker in _workers)
            {
                worker.Dispose();
            }
        }
    }

    /// <summary>Ends the threads without waiting for them: for finalisers, when nobody can run anything any more.</summary>
    public void Abandon()
    {
        if (!_stopping)
        {
            _stopping = true;
            foreach (PoolWorker worker in _workers)
            {
                worker.Wake();
            }
        }
    }

    /// <summary>A worker's part of a run.</summary>
    internal void Help(int worker)
    {
        TakeItems(worker);
        Interlocked.Decrement(ref _busyWorkers);
    }

    private void TakeItems(int worker)
    {
        ParallelWork work = _work!;
        int items = _items;
        try
        {
            for (int item = Interlocked.Increment(ref _nextItem) - 1; item < items; item = Interlocked.Increment(ref _nextItem) - 1)
            {
                work.Execute(item, worker);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller of Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            Volatile.Write(ref _nextItem, items);
        }
    }
}
