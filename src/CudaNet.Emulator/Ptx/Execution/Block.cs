using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A block that runs: its place in the grid, its warps in random order, its barriers and shared memory. One after the other uses the same object.</summary>
internal sealed class Block : IDisposable
{
    private const int ShortestTurn = 64;
    private const int LongestTurn = 4096;

    /// <summary>What the start of a block takes from the budget, in instructions: about as long as it takes here.</summary>
    private const int StartCost = 64;

    private readonly LaunchState _launch;
    private readonly Warp[] _warps;
    private readonly List<Warp> _runnable = [];
    private HostPublication _host;

    public Block(LaunchState launch)
    {
        _launch = launch;
        Shared = new SharedMemory(launch.Program, launch.Launch.DynamicSharedBytes);
        _warps = new Warp[launch.Launch.WarpsPerBlock];
        Published = new ulong[_warps.Length];
        Barriers = new Barriers(this);
    }

    /// <summary>Its number in the grid, x first.</summary>
    public long Number { get; private set; }

    public (int X, int Y, int Z) Index { get; private set; }

    public Barriers Barriers { get; }

    public SharedMemory Shared { get; }

    /// <summary>What it told the host.</summary>
    public ref HostPublication Host => ref _host;

    public ReadOnlySpan<Warp> Warps => _warps;

    /// <summary>Those that do not wait for others of the block.</summary>
    public IReadOnlyList<Warp> Runnable => _runnable;

    /// <summary>When it started; what was recorded before is another block's.</summary>
    public ulong StartedAt { get; private set; }

    /// <summary>When its last barrier opened: accesses before are ordered before what follows.</summary>
    public ulong OrderedAt { get; set; }

    /// <summary>When each of its warps last published what it did (<see cref="BlockOrdering"/>).</summary>
    public ulong[] Published { get; }

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

    /// <summary>About what a block of a launch takes of the host's memory: registers, local and shared memory, and what watches them.</summary>
    public static long BytesOf(LaunchState launch) =>
        (launch.Launch.WarpsPerBlock * (launch.Program.FileBytes + (64L * launch.Program.LocalBytes(launch.Options)))) + (5 * launch.Launch.SharedBytes);

    /// <summary>Runs the block of that number from its start to its end.</summary>
    /// <exception cref="DeviceFault">A thread did what it must not.</exception>
    public void Run(long number)
    {
        Start(number);
        _launch.Waits.Restart();
        while (Turn())
        {
            if (_launch.IsLookDue)
            {
                _launch.Waits.Look([.. _runnable]);
            }
        }
    }

    /// <summary>Makes it the block of that number, whose threads are at the start of the kernel.</summary>
    public void Start(long number)
    {
        Number = number;
        Index = _launch.IndexOf(number);
        _host = default;
        StartedAt = OrderedAt = _launch.Tick();
        _launch.Note(StartedAt, number);
        _launch.Spend(StartCost);
        Shared.Poison();
        Barriers.Reset();
        _runnable.Clear();
        for (int index = 0; index < _warps.Length; index++)
        {
            Warp warp = _warps[index] ??= new Warp(_launch, index);
            warp.Start(this, Threads - (index * 32));
            _runnable.Add(warp);
        }
    }

    /// <summary>Gives one of its warps a turn; false where none is left.</summary>
    /// <exception cref="DeviceFault">A thread did what it must not.</exception>
    public bool Turn()
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

        if (_runnable.Count > 0)
        {
            return true;
        }

        Barriers.RequireNobodyWaits();
        return false;
    }

    /// <summary>A barrier opened: its warps can run again.</summary>
    public void Wake(Warp warp)
    {
        if (!_runnable.Contains(warp))
        {
            _runnable.Add(warp);
        }
    }

    public void Dispose()
    {
        foreach (Warp? warp in _warps)
        {
            warp?.Dispose();
        }

        Shared.Dispose();
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
            PtxSpecialRegister.TotalSmemSize => (ulong)Shared.Bytes,
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
