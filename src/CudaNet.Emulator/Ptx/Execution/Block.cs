using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>The block that runs: its place in the grid, its warps in random order, its barriers.</summary>
internal sealed class Block
{
    private const int ShortestTurn = 64;
    private const int LongestTurn = 4096;

    /// <summary>What the start of a block takes from the budget, in instructions: about as long as it takes here.</summary>
    private const int StartCost = 64;

    private readonly LaunchState _launch;
    private readonly Warp[] _warps;
    private readonly List<Warp> _runnable = [];

    public Block(LaunchState launch, Warp[] warps)
    {
        _launch = launch;
        _warps = warps;
        Barriers = new Barriers(this);
    }

    public (int X, int Y, int Z) Index { get; private set; }

    public Barriers Barriers { get; }

    public IReadOnlyList<Warp> Warps => _warps;

    /// <summary>When it started; what was recorded before is another block's.</summary>
    public ulong StartedAt { get; private set; }

    /// <summary>When its last barrier opened: accesses before are ordered before what follows.</summary>
    public ulong OrderedAt { get; set; }

    public int Threads => (int)_launch.Launch.Block.Count;

    /// <summary>Those that have not exited.</summary>
    public int LiveThreads
    {
        get
        {
            int live = 0;
            foreach (Warp warp in _warps)
            {
                live += System.Numerics.BitOperations.PopCount(warp.Live);
            }

            return live;
        }
    }

    public LaunchState Launch => _launch;

    /// <exception cref="DeviceFault">A thread did what it must not.</exception>
    public void Run(long linear)
    {
        PtxDimensions grid = _launch.Launch.Grid;
        Index = ((int)(linear % grid.X), (int)(linear / grid.X % grid.Y), (int)(linear / grid.X / grid.Y));
        StartedAt = OrderedAt = _launch.Tick();
        _launch.Note(StartedAt, linear);
        _launch.Spend(StartCost);
        _launch.Shared.Poison();
        Barriers.Reset();
        _runnable.Clear();
        foreach (Warp warp in _warps)
        {
            warp.Start(this, Threads - (warp.Index * 32));
            _runnable.Add(warp);
        }

        while (_runnable.Count > 0)
        {
            int pick = _launch.Random.Next(_runnable.Count);
            WarpStatus status = _runnable[pick].Run(_launch.Random.Next(ShortestTurn, LongestTurn));
            if (_launch.IsSpent)
            {
                throw Faults.Hang(_runnable[pick], _launch.Options.InstructionBudget);
            }

            if (status != WarpStatus.Running)
            {
                _runnable[pick] = _runnable[^1];
                _runnable.RemoveAt(_runnable.Count - 1);
            }
        }

        Barriers.RequireNobodyWaits();
    }

    /// <summary>A barrier opened: its warps can run again.</summary>
    public void Wake(Warp warp)
    {
        if (!_runnable.Contains(warp))
        {
            _runnable.Add(warp);
        }
    }

    /// <summary>The thread's place in the block.</summary>
    public (int X, int Y, int Z) Thread(int linear)
    {
        PtxDimensions block = _launch.Launch.Block;
        return (linear % block.X, linear / block.X % block.Y, linear / block.X / block.Y);
    }

    /// <summary>The value of a special register in a lane.</summary>
    public ulong Special(PtxSpecialRegister register, int component, Warp warp, int lane)
    {
        KernelLaunch launch = _launch.Launch;
        return register switch
        {
            PtxSpecialRegister.Tid => Of(Thread((warp.Index * 32) + lane), component),
            PtxSpecialRegister.NTid => Of((launch.Block.X, launch.Block.Y, launch.Block.Z), component),
            PtxSpecialRegister.CtaId => Of(Index, component),
            PtxSpecialRegister.NCtaId => Of((launch.Grid.X, launch.Grid.Y, launch.Grid.Z), component),
            PtxSpecialRegister.LaneId => (ulong)lane,
            PtxSpecialRegister.WarpId => (ulong)warp.Index,
            PtxSpecialRegister.NWarpId => (ulong)_warps.Length,
            PtxSpecialRegister.NSmId => 1,
            PtxSpecialRegister.GridId => _launch.Number,
            PtxSpecialRegister.LaneMaskEq => 1u << lane,
            PtxSpecialRegister.LaneMaskLt => (1u << lane) - 1,
            PtxSpecialRegister.LaneMaskLe => (1u << lane) | ((1u << lane) - 1),
            PtxSpecialRegister.LaneMaskGe => ~((1u << lane) - 1),
            PtxSpecialRegister.LaneMaskGt => ~((1u << lane) | ((1u << lane) - 1)),
            PtxSpecialRegister.DynamicSmemSize => (ulong)launch.DynamicSharedBytes,
            PtxSpecialRegister.TotalSmemSize => (ulong)_launch.Shared.Bytes,
            _ => 0,
        };

        static ulong Of((int X, int Y, int Z) index, int component) => (ulong)(component switch
        {
            1 => index.Y,
            2 => index.Z,
            3 => 0,
            _ => index.X,
        });
    }
}
