namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Turns that end before their instructions are spent, and the question whether the warp does anything at all.</summary>
internal sealed unsafe partial class Warp
{
    /// <summary>What a pause takes from the path's turn among the paths of the warp: one that spins lets the others go on after some pauses.</summary>
    private const int PauseCost = PathTurn / 64;

    /// <summary>Instructions of a path that are looked at for a state that comes back.</summary>
    private const int MostSteps = 1 << 14;

    private uint _paused;

    /// <summary>Ends the warp's turn behind the instruction that executes.</summary>
    public void Pause()
    {
        _paused |= _active;
        _active = 0;
    }

    /// <summary>
    /// Follows all paths that can run: what the warp waits for where each comes back to a state it was in without having changed memory, so that it will go on
    /// like that for as long as nothing else does; otherwise null, and the warp may have gone on.
    /// </summary>
    public Wait? StandsStill(WaitTrace trace)
    {
        Wait? first = null;
        for (int paths = 0; paths <= _ready.Count; paths++)
        {
            trace.Start();
            if (!ComesBack(trace))
            {
                return null;
            }

            first ??= trace.WaitOf(this);
            YieldTurn();
        }

        // Lanes that wait for these at a meeting can go on without them.
        return ReleaseJoin() ? null : first;
    }

    private bool ComesBack(WaitTrace trace)
    {
        (Path Path, int Ready, int Joins) noted = default;
        int next = 0;
        for (int step = 0; step < MostSteps; step++)
        {
            if (!Settle())
            {
                return false;
            }

            (Path Path, int Ready, int Joins) now = (new Path(Pc, _active, null, Frame), _ready.Count, _joins.Count);
            if (step == next)
            {
                noted = now;
                next = Math.Max(1, 2 * next);
                trace.Note(this);
            }
            else if (now == noted && trace.IsBack(this))
            {
                return true;
            }

            Instruction* i = Launch.Program.Code + Pc;
            uint lanes = _active & (*(uint*)(Slots + i->Guard) ^ i->GuardFlip);
            if (!trace.Before(this, i, lanes))
            {
                return false;
            }

            int slice = 1;
            RunPath(ref slice);
            Resume();
            Launch.Spend(1);
            if (!trace.After(i, lanes))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Goes to the next instruction that is to be executed; false where there is none now.</summary>
    private bool Settle()
    {
        while (_active != 0 || NextPath())
        {
            if (Pc != _joinPc || !Arrive())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the path up again after a pause; true where there was one.</summary>
    private bool Resume()
    {
        if (_paused == 0)
        {
            return false;
        }

        _active = _paused;
        _paused = 0;
        _turn -= PauseCost;
        return true;
    }
}
