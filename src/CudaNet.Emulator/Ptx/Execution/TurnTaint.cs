using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// The instructions of a turn of a loop, and whether anything the turn decides depends, even indirectly, on a register that changes from turn to turn or on a
/// clock. Where nothing does, the next turn does the same: the rest comes of registers that stay and of memory that does.
/// </summary>
/// <remarks>For each slot it keeps the lanes whose value depends on such a register. An address, what is stored and what is passed to a function count as decisions.</remarks>
internal sealed unsafe class TurnTaint(KernelProgram program)
{
    private readonly List<(int Pc, uint Lanes, uint Active)> _steps = [];
    private readonly uint[] _tainted = new uint[program.FileBytes >> RegisterFile.SlotShift];
    private readonly uint[] _before = new uint[program.FileBytes >> RegisterFile.SlotShift];
    private bool _readsClock;

    public void Start()
    {
        _steps.Clear();
        _readsClock = false;
    }

    public void Add(Instruction* i, uint lanes, uint active)
    {
        _steps.Add(((int)(i - program.Code), lanes, active));
        _readsClock |= (i->Traits & InstructionTraits.ReadsClock) != 0;
    }

    /// <summary>Whether no decision of the turn depends on what differs between its start and its end.</summary>
    /// <param name="before">The registers from <see cref="RegisterFile.Frame"/> on when it started.</param>
    /// <param name="after">Those when it ended.</param>
    public bool DecidesTheSame(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        Array.Clear(_tainted);
        if (!TaintChanges(before, after) && !_readsClock)
        {
            return true;
        }

        bool more = true;
        while (more)
        {
            _tainted.CopyTo(_before, 0);
            foreach ((int pc, uint lanes, uint active) in CollectionsMarshal.AsSpan(_steps))
            {
                if (!Pass(program.Code + pc, lanes, active))
                {
                    return false;
                }
            }

            // What is tainted at the end of a turn is so at the start of the next one.
            more = false;
            for (int slot = 0; slot < _tainted.Length; slot++)
            {
                more |= (_tainted[slot] & ~_before[slot]) != 0;
                _tainted[slot] |= _before[slot];
            }
        }

        return true;
    }

    /// <summary>Taints registers that changed; false where there is none.</summary>
    private bool TaintChanges(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        HashSet<int>? written = null;
        for (int at = 0; at < after.Length; at += RegisterFile.SlotBytes)
        {
            if (before.Slice(at, RegisterFile.SlotBytes).SequenceEqual(after.Slice(at, RegisterFile.SlotBytes)))
            {
                continue;
            }

            // A slot that nothing names is the second one of a wide register.
            written ??= Written();
            int slot = (RegisterFile.Frame + at) >> RegisterFile.SlotShift;
            bool isSecond = !written.Contains(slot);
            _tainted[isSecond ? slot - 1 : slot] = Lanes.All;
            if (isSecond && !written.Contains(slot - 1))
            {
                _tainted[slot] = Lanes.All;
            }
        }

        return written is not null;
    }

    /// <summary>The first slots of all registers that the turn wrote.</summary>
    private HashSet<int> Written()
    {
        HashSet<int> written = [];
        foreach ((int pc, _, _) in _steps)
        {
            Instruction* i = program.Code + pc;
            written.Add(i->Destination >> RegisterFile.SlotShift);
            written.Add(i->Destination2 >> RegisterFile.SlotShift);
            foreach (int part in i->Kind == InstructionKind.Control ? [] : program.ExtrasOf(i))
            {
                written.Add(part >> RegisterFile.SlotShift);
            }
        }

        return written;
    }

    /// <summary>Passes on what the sources depend on; false where a decision does.</summary>
    private bool Pass(Instruction* i, uint lanes, uint active)
    {
        if ((Of(i->Guard) & active) != 0)
        {
            return false;
        }

        if (i->Kind == InstructionKind.Control)
        {
            bool calls = program.Origins[i->Origin].Opcode == PtxOpcode.Call && i->Extra < program.Calls.Count;
            return (Of(i->A) & lanes) == 0 && (!calls || IsClean(program.Calls[i->Extra]));
        }

        uint sources = Of(i->A) | Of(i->B) | Of(i->C) | Of(i->E);
        bool isMemory = WaitTrace.IsMemory(i);
        bool unpacks = (i->Traits & InstructionTraits.Unpacks) != 0;
        foreach (int part in unpacks ? [] : program.ExtrasOf(i))
        {
            sources |= Of(part);
        }

        sources &= lanes;
        if (sources != 0 && (isMemory || (i->Kind == InstructionKind.Synchronisation && (Of(i->E) & active) != 0)))
        {
            return false;
        }

        // The lanes of a warp read each other's registers.
        sources = sources != 0 && i->Kind == InstructionKind.Synchronisation ? Lanes.All : sources;
        sources = (i->Traits & InstructionTraits.ReadsClock) != 0 ? lanes : sources;
        foreach (int part in unpacks || isMemory ? program.ExtrasOf(i) : [])
        {
            Taint(part, lanes, sources);
        }

        Taint(i->Destination, lanes, sources);
        Taint(i->Destination2, lanes, sources);
        return true;
    }

    /// <summary>Nothing tainted goes through the call, in either direction.</summary>
    private bool IsClean(CallSite site)
    {
        bool clean = site.SavedFunction < 0;
        foreach (CallTransfer argument in site.Arguments)
        {
            clean &= argument.CallerInFrame || Of(argument.Caller) == 0;
        }

        foreach (CallTransfer result in site.Results)
        {
            clean &= result.CalleeInFrame || Of(result.Callee) == 0;
        }

        return clean;
    }

    private uint Of(int slot) => _tainted[slot >> RegisterFile.SlotShift];

    private void Taint(int slot, uint lanes, uint sources)
    {
        if (slot != RegisterFile.Sink)
        {
            ref uint tainted = ref _tainted[slot >> RegisterFile.SlotShift];
            tainted = (tainted & ~lanes) | (sources & lanes);
        }
    }
}
