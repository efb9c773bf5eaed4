namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What a warp did since a state that was noted: whether it is back there, whether memory changed, and which read decides about the way on.</summary>
internal sealed unsafe class WaitTrace(KernelProgram program)
{
    private const int MostBytes = 32;

    /// <summary>How often, since a state was noted, a turn of what may be a loop is looked at: later ones are longer.</summary>
    private const int MostTurns = 16;

    private readonly byte[] _noted = new byte[program.FileBytes - RegisterFile.Frame];

    /// <summary>For each slot the place of the read that its value came of, plus 1.</summary>
    private readonly int[] _sources = new int[program.FileBytes >> RegisterFile.SlotShift];

    /// <summary>Of each read the first lane, and its address.</summary>
    private readonly Dictionary<int, (int Lane, ulong Address)> _reads = [];
    private readonly byte[] _before = new byte[32 * MostBytes];
    private readonly nint[] _places = new nint[32];
    private readonly TurnTaint _taint = new(program);
    private int _turns;
    private int _lastRead;
    private bool _isLocal;
    private bool _wasBack;

    /// <summary>Registers may change, where nothing that is decided depends on them.</summary>
    public bool Counts { get; set; }

    /// <summary>The place of the last read that a branch depended on.</summary>
    public int? Decides { get; private set; }

    /// <summary>Forgets which reads mattered.</summary>
    public void Start()
    {
        Array.Clear(_sources);
        _reads.Clear();
        _lastRead = 0;
        Decides = null;
    }

    /// <summary>Notes the warp's registers.</summary>
    public void Note(Warp w)
    {
        Registers(w).CopyTo(_noted);
        _taint.Start();
        _turns = 0;
        _wasBack = false;
    }

    /// <summary>The warp is where its state was noted: true where it will come back there again and again.</summary>
    public bool IsBack(Warp w)
    {
        ReadOnlySpan<byte> now = Registers(w);
        if (now.SequenceEqual(_noted))
        {
            // Once more where it is not clear yet which read decides.
            bool again = _wasBack || Decides is not null;
            _wasBack = true;
            return again && _taint.DecidesTheSame(_noted, now);
        }

        return Counts && _turns++ < MostTurns && _taint.DecidesTheSame(_noted, now);
    }

    /// <summary>Before an instruction: false where others of the block may go on for it, or where it reads what the host changes.</summary>
    public bool Before(Warp w, Instruction* i, uint lanes)
    {
        _taint.Add(i, lanes, w.Active);
        bool exits = i->Flow == InstructionFlow.End && (w.Frame is null || program.Origins[i->Origin].Opcode == PtxOpcode.Exit);
        if (lanes != 0 && (exits || i->Flow == InstructionFlow.BlockBarrier))
        {
            return false;
        }

        if (!IsMemory(i))
        {
            return true;
        }

        MemoryUnit.Address(w, i);
        int bytes = MemoryUnit.Bytes(i);
        for (uint m = lanes; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            byte* place = Find(w, i, lane, bytes, out _isLocal, out bool isOfHost);
            if (place == null || isOfHost || bytes > MostBytes)
            {
                return false;
            }

            _places[lane] = (nint)place;
            new ReadOnlySpan<byte>(place, bytes).CopyTo(_before.AsSpan(MostBytes * lane));
        }

        if (lanes != 0 && !_isLocal)
        {
            _reads[(int)(i - program.Code)] = (Lanes.First(lanes), w.Addresses[Lanes.First(lanes)]);
        }

        return true;
    }

    /// <summary>Behind the instruction: false where memory changed.</summary>
    public bool After(Instruction* i, uint lanes)
    {
        for (uint m = IsMemory(i) ? lanes : 0; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            int bytes = MemoryUnit.Bytes(i);
            if (!new ReadOnlySpan<byte>((byte*)_places[lane], bytes).SequenceEqual(_before.AsSpan(MostBytes * lane, bytes)))
            {
                return false;
            }
        }

        Follow(i, lanes);
        return true;
    }

    /// <summary>What the warp waits for: a read that decides, or any; where there is none, the instruction it is at.</summary>
    public Wait WaitOf(Warp w)
    {
        if (_reads.Count == 0)
        {
            return new Wait(w, w.Pc, Lanes.First(w.Active), null);
        }

        int read = Decides ?? _reads.First().Key;
        return new Wait(w, read, _reads[read].Lane, _reads[read].Address);
    }

    /// <summary>Passes on of which read a value came, and notes one that a branch depended on.</summary>
    private void Follow(Instruction* i, uint lanes)
    {
        int source = Source(i->Guard);
        if (i->Kind == InstructionKind.Control)
        {
            source = source != 0 || i->Flow != InstructionFlow.IndexedBranch ? source : Source(i->A);
            Decides = source != 0 ? source - 1 : Decides;
            return;
        }

        source = 0;
        if (lanes != 0 && IsMemory(i))
        {
            // What a thread keeps in its own memory came of the last read of what others change too.
            source = _lastRead = _isLocal ? _lastRead : (int)(i - program.Code) + 1;
        }

        foreach (int operand in (ReadOnlySpan<int>)[i->A, i->B, i->C, i->E, i->Guard])
        {
            source = source != 0 ? source : Source(operand);
        }

        bool unpacks = (i->Traits & InstructionTraits.Unpacks) != 0 || i->Size != 0;
        foreach (int part in program.ExtrasOf(i))
        {
            if (unpacks)
            {
                _sources[part >> RegisterFile.SlotShift] = source;
            }
            else
            {
                source = source != 0 ? source : Source(part);
            }
        }

        _sources[i->Destination >> RegisterFile.SlotShift] = source;
        _sources[i->Destination2 >> RegisterFile.SlotShift] = source;
        _sources[RegisterFile.Sink >> RegisterFile.SlotShift] = 0;
    }

    private int Source(int slot) => _sources[slot >> RegisterFile.SlotShift];

    /// <summary>Whether it touches memory that is not constant.</summary>
    public static bool IsMemory(Instruction* i) => i->Size != 0 && i->Kind != InstructionKind.Constant;

    /// <summary>Where the bytes of a lane's access lie; null where the access is one outside.</summary>
    private static byte* Find(Warp w, Instruction* i, int lane, int bytes, out bool isLocal, out bool isOfHost)
    {
        ulong address = w.Addresses[lane];
        ulong window = address & KernelProgram.WindowMask;
        bool isGeneric = i->Kind == InstructionKind.Auxiliary || (i->Kind == InstructionKind.Atomic && (PtxStateSpace)i->Target == PtxStateSpace.Generic);
        bool isShared = i->Kind == InstructionKind.Shared || (isGeneric ? window == KernelProgram.SharedWindow : i->Kind == InstructionKind.Atomic && (PtxStateSpace)i->Target == PtxStateSpace.Shared);
        isLocal = i->Kind == InstructionKind.Local || (isGeneric && window == KernelProgram.LocalWindow);
        isOfHost = false;
        if (isShared || isLocal)
        {
            ulong offset = address & ~KernelProgram.WindowMask;
            ulong size = (ulong)(isShared ? w.Block.Shared.Bytes : w.LocalBytes);
            byte* start = isShared ? w.Block.Shared.Data : w.Local + ((long)lane * w.LocalBytes);
            return offset <= size && (ulong)bytes <= size - offset ? start + offset : null;
        }

        if (w.Launch.Memory.Find(address) is not { IsFreed: false } range || address + (ulong)bytes > range.End)
        {
            return null;
        }

        isOfHost = range.IsOfHost;
        return range.Host + (address - range.Start);
    }

    private ReadOnlySpan<byte> Registers(Warp w) => new(w.Slots + RegisterFile.Frame, _noted.Length);
}
