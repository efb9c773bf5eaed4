using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Who computes one run: the caller, and workers of the pool that it claims anew for each piece of work, as many as are its share. Allocates nothing.
/// One call at a time; several teams of a pool at once.
/// </summary>
internal sealed class WorkTeam(WorkerPool pool)
{
    private const int SpinsBeforeYield = 1500;

    private readonly PoolWorker[] _helpers = new PoolWorker[pool.Threads - 1];
    private readonly int[] _calls = new int[pool.Threads - 1];
    private readonly WorkShares _shares = new(pool.Threads);
    private ParallelWork? _work;
    private int _busyHelpers;
    private Exception? _failure;

    /// <summary>The most threads that compute, the caller included.</summary>
    public int Threads => pool.Threads;

    /// <summary>The caller computes from now on: until <see cref="EndComputing"/> it counts as one of the pool's threads.</summary>
    public void BeginComputing() => pool.BeginComputing();

    public void EndComputing() => pool.EndComputing();

    /// <summary>
    /// Runs every item; when it returns or throws, nothing of it is running any more, also where the thread was interrupted meanwhile. An item's exception
    /// ends the work, after the items in progress, and is thrown here.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ParallelWork work)
    {
        int helpers = pool.Claim(_helpers, work.MaxThreads - 1, out bool hasSpare);
        work.Share(1 + helpers);
        _work = work;
        _shares.Begin(work.Items, 1 + helpers);
        _failure = null;
        Volatile.Write(ref _busyHelpers, helpers);
        for (int i = 0; i < helpers; i++)
        {
            _calls[i] = _helpers[i].Call(this, i + 1);
        }

        TakeItems(0);

        // What this thread stored past the caches is there before anything that it does next; a helper's before it leaves.
        Interlocked.MemoryBarrier();
        WaitForHelpers(helpers);
        pool.Unclaim(helpers, hasSpare);
        _work = null;
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>A helper's part is done.</summary>
    internal void Leave() => Interlocked.Decrement(ref _busyHelpers);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void TakeItems(int index)
    {
        ParallelWork work = _work!;
        try
        {
            while (_shares.TryTake(index, out int item))
            {
                work.Execute(item, index);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller of Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            _shares.End();
        }
    }

    /// <summary>
    /// No item is left to take. Helpers that never began are recalled, so that a core which another program has is not waited for; of the others each has
    /// one item in hand.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WaitForHelpers(int helpers)
    {
        for (int i = 0; i < helpers; i++)
        {
            if (_helpers[i].TryRecall(_calls[i]))
            {
                Interlocked.Decrement(ref _busyHelpers);
            }
        }

        for (int spin = 0; Volatile.Read(ref _busyHelpers) > 0; spin++)
        {
            // Neither of the two can be interrupted, as sleeping can.
            if (spin < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }
    }
}
