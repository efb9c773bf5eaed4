using System.Runtime.CompilerServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Divergence: the lanes of a warp run as paths. A branch that parts them opens a join where control flow must meet again; a path that reaches its join waits
/// there for the rest. When nothing else can run, lanes waiting at a join go on alone, as threads scheduled independently would.
/// </summary>
internal sealed unsafe partial class Warp
{
    /// <summary>Instructions after which a path lets others run: lanes may wait for each other in a loop.</summary>
    private const int PathTurn = 1 << 18;

    private readonly List<Path> _ready = [];
    private readonly List<Path> _blocked = [];
    private readonly List<Path> _atBarrier = [];
    private readonly List<Join> _joins = [];
    private readonly Stack<Join> _pool = new();
    private uint _active;
    private int _joinPc;
    private int _turn;
    private Join? _join;

    public int Pc { get; set; }

    /// <summary>The call the current path is in.</summary>
    public CallFrame? Frame { get; private set; }

    /// <summary>The lanes of the current path.</summary>
    public uint Active => _active;

    /// <summary>Paths that wait for other lanes of the warp, or at a barrier of the block.</summary>
    public IEnumerable<Path> Waiting => _blocked.Concat(_atBarrier);

    /// <summary>Runs until it is done, waits for the block, or has executed <paramref name="slice"/> instructions.</summary>
    public WarpStatus Run(int slice)
    {
        int given = slice;
        while (true)
        {
            if (_active == 0 && !NextPath())
            {
                Launch.Spend(given - slice);
                return Live == 0 ? WarpStatus.Done : _atBarrier.Count > 0 ? WarpStatus.Waiting : throw Faults.Stuck(this);
            }

            int before = slice;
            RunPath(ref slice);
            _turn -= before - slice;
            bool pauses = Resume();
            if (_turn < 0)
            {
                YieldTurn();
            }

            if (pauses)
            {
                Launch.Spend(given - slice);
                return WarpStatus.Running;
            }

            if (slice < 0)
            {
                Launch.Spend(given);
                return WarpStatus.Running;
            }
        }
    }

    /// <summary>Parts the path: <paramref name="taken"/> goes to the target, the rest on.</summary>
    public void Diverge(Instruction* i, uint taken)
    {
        uint rest = _active & ~taken;
        OpenJoin(i->Meeting);
        _ready.Add(new Path(i->Target, taken, _join, Frame));
        SetPath(new Path(Pc, rest, _join, Frame));
    }

    /// <summary>Parts the path by the lanes' own targets.</summary>
    public void DivergeTo(ReadOnlySpan<int> targets, int meeting)
    {
        OpenJoin(meeting);
        uint left = Mask;
        uint untaken = _active & ~Mask;
        if (untaken != 0)
        {
            _ready.Add(new Path(Pc, untaken, _join, Frame));
        }

        while (left != 0)
        {
            int target = targets[Lanes.First(left)];
            uint same = 0;
            for (uint m = left; m != 0; m &= m - 1)
            {
                same |= targets[Lanes.First(m)] == target ? m & (~m + 1) : 0;
            }

            _ready.Add(new Path(target, same, _join, Frame));
            left &= ~same;
        }

        _active = 0;
    }

    /// <summary>The lanes that execute are gone for good.</summary>
    public void Exit()
    {
        uint lanes = Mask;
        Live &= ~lanes;
        _active &= ~lanes;
        for (Join? join = _join; join != null;)
        {
            Join? parent = join.Parent;
            join.Expected &= ~lanes;
            if (join.Arrived == join.Expected)
            {
                if (join.Arrived != 0)
                {
                    _ready.Add(new Path(join.Pc, join.Arrived, parent, join.Frame));
                }

                Close(join);
            }

            join = parent;
        }

        Block.Barriers.CountAgain();
    }

    /// <summary>Goes into a call; the lanes that execute meet again behind it.</summary>
    public void Enter(int target, CallFrame frame)
    {
        if (Mask != _active)
        {
            OpenJoin(Pc);
            _ready.Add(new Path(Pc, _active & ~Mask, _join, Frame));
            SetPath(new Path(Pc, Mask, _join, Frame));
        }

        OpenJoin(frame.ReturnPc);
        Frame = frame;
        Pc = target;
    }

    /// <summary>The lanes that execute leave the call.</summary>
    public void Leave()
    {
        CallFrame frame = Frame!;
        if (Mask == _active)
        {
            Frame = frame.Parent;
            Pc = frame.ReturnPc;
            return;
        }

        _ready.Add(new Path(frame.ReturnPc, Mask, _join, frame.Parent));
        _active &= ~Mask;
    }

    private void StartPath()
    {
        _ready.Clear();
        _blocked.Clear();
        _atBarrier.Clear();
        _joins.Clear();
        SetPath(new Path(Launch.Program.Entry, Live, null, null));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetPath(Path path)
    {
        Pc = path.Pc;
        _active = path.Lanes;
        Frame = path.Frame;
        _join = path.Join;
        _joinPc = path.Join?.Pc ?? -1;
        _turn = PathTurn;
    }

    /// <summary>The path's lanes are to meet at <paramref name="pc"/>; nothing to do where they are to anyway, or nowhere.</summary>
    private void OpenJoin(int pc)
    {
        if (pc < 0 || (_join != null && _join.Pc == pc && _join.Frame == Frame))
        {
            return;
        }

        Join join = _pool.TryPop(out Join? used) ? used : new Join();
        join.Pc = pc;
        join.Frame = Frame;
        join.Expected = _active;
        join.Arrived = 0;
        join.Parent = _join;
        _joins.Add(join);
        _join = join;
        _joinPc = pc;
    }

    private void Close(Join join)
    {
        _joins.Remove(join);
        _pool.Push(join);
    }

    /// <summary>The path is at its join's place: true where it is the join itself and not the same place in a deeper call.</summary>
    private bool Arrive()
    {
        Join join = _join!;
        if (join.Frame != Frame)
        {
            return false;
        }

        join.Arrived |= _active;
        _active = 0;
        if (join.Arrived == join.Expected)
        {
            SetPath(new Path(join.Pc, join.Arrived, join.Parent, join.Frame));
            Close(join);
        }

        return true;
    }

    /// <summary>Takes a path that can run.</summary>
    private bool NextPath()
    {
        while (_ready.Count == 0)
        {
            if (!ReleaseBlocked() && !ReleaseJoin())
            {
                return false;
            }
        }

        SetPath(_ready[^1]);
        _ready.RemoveAt(_ready.Count - 1);
        return true;
    }

    /// <summary>Lets the lanes that wait at the innermost join go on without the others.</summary>
    private bool ReleaseJoin()
    {
        for (int at = _joins.Count - 1; at >= 0; at--)
        {
            Join join = _joins[at];
            if (join.Arrived != 0)
            {
                _ready.Add(new Path(join.Pc, join.Arrived, join.Parent, join.Frame));
                join.Expected &= ~join.Arrived;
                join.Arrived = 0;
                if (join.Expected == 0)
                {
                    Close(join);
                }

                return true;
            }
        }

        return false;
    }

    private void YieldTurn()
    {
        if (_active == 0 || (_ready.Count == 0 && !ReleaseJoin()))
        {
            _turn = PathTurn;
            return;
        }

        Path next = _ready[0];
        _ready.RemoveAt(0);
        _ready.Add(new Path(Pc, _active, _join, Frame));
        SetPath(next);
    }
}

/// <summary>Why a warp stopped running.</summary>
internal enum WarpStatus
{
    Running,
    Waiting,
    Done,
}
