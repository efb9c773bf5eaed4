using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// One thread of a <see cref="WorkerPool"/>. Idle, it looks for a call for some tens of microseconds, the usual gap between two steps, and then sleeps.
/// Whoever wants it claims it, then calls it; it is idle again when its part is done.
/// </summary>
internal sealed class PoolWorker : IDisposable
{
    private const int SpinsBeforeSleep = 300;
    private const int Idle = 0, Asleep = 1, Claimed = 2, Called = 3;

    private readonly WorkerPool _pool;
    private readonly AutoResetEvent _call = new(false);
    private readonly Thread _thread;
    private int _state;
    private bool _wasAsleep;
    private WorkTeam? _team;
    private int _index;

    public PoolWorker(WorkerPool pool, int number)
    {
        _pool = pool;
        _thread = new Thread(Loop) { IsBackground = true, Name = $"CudaNet cpu {number}" };
        _thread.UnsafeStart();
    }

    /// <summary>True where the caller has it now, and must <see cref="Call"/> it.</summary>
    public bool TryClaim()
    {
        int state = Volatile.Read(ref _state);
        if (state > Asleep || Interlocked.CompareExchange(ref _state, Claimed, state) != state)
        {
            return false;
        }

        _wasAsleep = state == Asleep;
        return true;
    }

    /// <summary>Has a claimed worker help.</summary>
    /// <param name="team">Whom; null ends the thread.</param>
    /// <param name="index">Its number in the team.</param>
    public void Call(WorkTeam? team, int index)
    {
        (_team, _index) = (team, index);
        bool wake = _wasAsleep;
        Volatile.Write(ref _state, Called);
        if (wake)
        {
            _call.Set();
        }
    }

    /// <summary>Waits for the end of the thread, which was called with null.</summary>
    public void Dispose()
    {
        Uninterrupted.Join(_thread);
        _call.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            WaitForCall();
            if (_team is not { } team)
            {
                return;
            }

            int index = _index;
            _team = null;
            team.TakeItems(index);
            Volatile.Write(ref _state, Idle);
            team.Leave();
        }
    }

    /// <summary>Where as many callers compute as there are threads, nobody will call soon: looking for a call would steal one of them its core.</summary>
    private void WaitForCall()
    {
        for (int spin = 0; spin < SpinsBeforeSleep && !_pool.IsFull; spin++)
        {
            if (Volatile.Read(ref _state) == Called)
            {
                return;
            }

            Thread.SpinWait(8);
        }

        if (Interlocked.CompareExchange(ref _state, Asleep, Idle) == Idle)
        {
            _call.WaitOne();
        }

        // Claimed already: the call follows at once, unless the claimer lost its core, which it may want back.
        while (Volatile.Read(ref _state) != Called)
        {
            Thread.Yield();
        }
    }
}
