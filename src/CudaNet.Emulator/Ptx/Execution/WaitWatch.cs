namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Finds threads that wait for what never comes, long before the launch's budget is spent. Once in a while all warps that can run are followed instruction by
/// instruction: where each comes back to a state it was in, and no memory changed, none of them will ever do anything else.
/// </summary>
/// <remarks>
/// After more patience registers may change, as that of a counter of turns does, where nothing depends on them that the warp decides: no branch or guard, no address, nothing
/// that is stored (<see cref="TurnTaint"/>). What depends on a clock is never taken for a wait. Memory of the host may change at any time, so who reads it is left alone.
/// </remarks>
internal sealed class WaitWatch(LaunchState launch)
{
    /// <summary>Instructions of a block, or of all that run interleaved, until the first look.</summary>
    private const long FirstLook = 2_000_000;

    /// <summary>The most instructions from look to look; each waits twice as long as the last.</summary>
    private const long Rarest = 1 << 26;

    /// <summary>Instructions after which a wait may count its turns.</summary>
    private const long CountingPatience = 12_000_000;

    private WaitTrace? _trace;
    private long _startedAt;
    private long _pause;

    /// <summary>A block starts, or all that run interleaved do.</summary>
    public void Restart()
    {
        _startedAt = launch.Left;
        _pause = FirstLook;
        launch.LookAfter(_pause);
    }

    /// <summary>Not all that could run has started.</summary>
    public void Postpone()
    {
        _pause = Math.Min(2 * _pause, Rarest);
        launch.LookAfter(_pause);
    }

    /// <summary>Looks at all warps that can run.</summary>
    /// <exception cref="Device.DeviceFault">They wait forever.</exception>
    public void Look(IReadOnlyList<Warp> warps)
    {
        _trace ??= new WaitTrace(launch.Program);
        _trace.Counts = _startedAt - launch.Left >= CountingPatience;
        Wait? first = null;
        foreach (Warp warp in warps)
        {
            if (warp.StandsStill(_trace) is not { } wait)
            {
                Postpone();
                return;
            }

            first ??= wait;
        }

        throw Faults.NeverEnds(first!);
    }
}

/// <summary>Where a thread waits: the instruction that reads what it waits for; a place in its loop where nothing is read.</summary>
internal sealed record Wait(Warp Warp, int Pc, int Lane, ulong? Address);
