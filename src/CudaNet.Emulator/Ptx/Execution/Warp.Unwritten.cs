namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Registers that a lane reads and never wrote. Compilers compute ahead of conditions, and fill vectors in parts, so what is computed from such a register
/// only counts as unwritten itself; the fault comes where it decides something: a branch, an address, a store, an exchange between threads.
/// </summary>
internal sealed unsafe partial class Warp
{
    private readonly Dictionary<int, UnwrittenValue> _unwritten = [];

    /// <summary>What a register that counts as unwritten was computed from; null where nothing wrote it at all.</summary>
    public UnwrittenValue? UnwrittenValueOf(int slot) => _unwritten.TryGetValue(slot, out UnwrittenValue value) ? value : null;

    /// <summary>The results of these lanes came of registers that were not written.</summary>
    public void LeaveUnwritten(Instruction* i, uint lanes)
    {
        if ((i->Traits & InstructionTraits.Unpacks) != 0)
        {
            foreach (int part in Launch.Program.ExtrasOf(i))
            {
                LeaveUnwritten(i, part, lanes);
            }

            return;
        }

        LeaveUnwritten(i, i->Destination, lanes);
        LeaveUnwritten(i, i->Destination2, lanes);
    }

    /// <summary>Of the lanes that read something unwritten, those whose result comes of it. Faults where the instruction insists.</summary>
    private uint Unwritten(Instruction* i, uint mask, uint missing)
    {
        if ((_active & ~Written[i->Guard >> RegisterFile.SlotShift]) != 0 || (missing != 0 && (i->Traits & InstructionTraits.PassesUnwritten) == 0))
        {
            Faults.ReadUnwritten(this, i, mask);
        }

        uint first = Written[i->A >> RegisterFile.SlotShift];
        uint second = Written[i->B >> RegisterFile.SlotShift];
        if ((i->Traits & InstructionTraits.Selects) != 0)
        {
            uint taken = SourcePredicate(i);
            return mask & ~(Written[i->C >> RegisterFile.SlotShift] & ((taken & first) | (~taken & second)));
        }

        if ((i->Traits & InstructionTraits.Settles) != 0)
        {
            uint settling = (i->Traits & InstructionTraits.Inverted) != 0 ? 0 : Lanes.All;
            uint firstSettles = first & (*(uint*)(Slots + i->A) ^ (uint)i->Immediate ^ settling);
            uint secondSettles = second & (*(uint*)(Slots + i->B) ^ (uint)(i->Immediate >> 32) ^ settling);
            return missing & ~(firstSettles | secondSettles);
        }

        return missing;
    }

    private void LeaveUnwritten(Instruction* i, int slot, uint lanes)
    {
        Written[slot >> RegisterFile.SlotShift] &= ~lanes;
        if (slot == RegisterFile.Sink)
        {
            return;
        }

        foreach (int source in (ReadOnlySpan<int>)[i->A, i->B, i->C, i->E, .. (i->Traits & InstructionTraits.Unpacks) != 0 ? [] : Launch.Program.ExtrasOf(i)])
        {
            if (source != slot && (lanes & ~Written[source >> RegisterFile.SlotShift]) != 0)
            {
                _unwritten[slot] = UnwrittenValueOf(source) ?? new UnwrittenValue(source, i->Origin);
                return;
            }
        }

        _unwritten.TryAdd(slot, new UnwrittenValue(slot, i->Origin));
    }
}
