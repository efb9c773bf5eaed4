using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// One thread of a <see cref="WorkerPool"/>. Idle, it looks for a call for some tens of microseconds, the usual gap between two steps, and then sleeps.
/// Whoever wants it claims it, then calls it, and may recall it as long as it has not begun; it is idle again when its part is done.
/// </summary>
internal sealed class PoolWorker : IDisposable
{
    private const int SpinsBeforeSleep = 1500;

    // The state's low bits; above them is the number of its claims, so that a late recall does not meet the call of another caller.
    private const int Idle = 0, Asleep = 1, Claimed = 2, Called = 3, Working = 4;
    private const int Phases = 7;

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

    /// <summary>Whether it uses no processor time until somebody calls it.</summary>
    public bool IsAsleep => Phase(Volatile.Read(ref _state)) == Asleep;

    /// <summary>True where the caller has it now, and must <see cref="Call"/> it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryClaim()
    {
        int state = Volatile.Read(ref _state);
        if (Phase(state) > Asleep || !TryChange(state, To(Claimed, unchecked(state + Phases + 1))))
        {
            return false;
        }

        _wasAsleep = Phase(state) == Asleep;
        return true;
    }

    /// <summary>Has a claimed worker help.</summary>
    /// <param name="team">Whom; null ends the thread.</param>
    /// <param name="index">Its number in the team.</param>
    /// <returns>What <see cref="TryRecall"/> takes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Call(WorkTeam? team, int index)
    {
        (_team, _index) = (team, index);
        bool wake = _wasAsleep;
        int called = To(Called, _state);
        Volatile.Write(ref _state, called);
        if (wake)
        {
            _call.Set();
        }

        return called;
    }

    /// <summary>
    /// True where it had not begun, and never will: it may have no core, because another program has it, or because it has not woken yet. Somebody else
    /// may have it from now on.
    /// </summary>
    /// <param name="called">The call, which may be over for long.</param>
    public bool TryRecall(int called)
    {
        int claimed = To(Claimed, called);
        if (!TryChange(called, claimed))
        {
            return false;
        }

        _team = null;
        Volatile.Write(ref _state, To(Idle, claimed));
        return true;
    }

    /// <summary>Waits for the end of the thread, which was called with null.</summary>
    public void Dispose()
    {
        Uninterrupted.Join(_thread);
        _call.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            Volatile.Write(ref _state, To(Idle, _state));
            team.Leave();
        }
    }

    private static int Phase(int state) => state & Phases;

    private static int To(int phase, int state) => (state & ~Phases) | phase;

    private bool TryChange(int from, int to) => Interlocked.CompareExchange(ref _state, to, from) == from;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WaitForCall()
    {
        while (!SeesCall())
        {
            int state = Volatile.Read(ref _state);
            if (Phase(state) == Idle && TryChange(state, To(Asleep, state)))
            {
                // Whoever claims a sleeper signals once, also where the call is recalled before it has woken.
                _call.WaitOne();
            }
            else
            {
                // Claimed: the call follows at once, unless the claimer lost its core, which it may want back.
                Thread.Yield();
            }
        }
    }

    /// <summary>Looks for a call, but not where as many callers compute as there are threads: nobody calls soon then, and one of them wants the core.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SeesCall()
    {
        for (int spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            int state = Volatile.Read(ref _state);
            if (Phase(state) == Called)
            {
                return TryChange(state, To(Working, state));
            }

            if (_pool.IsFull)
            {
                return false;
            }

            Thread.SpinWait(1);
        }

        return false;
    }
}
