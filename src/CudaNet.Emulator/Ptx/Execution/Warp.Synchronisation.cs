namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Instructions that wait for lanes: a path at one waits until all lanes it names are there.</summary>
internal sealed unsafe partial class Warp
{
    /// <summary>The lanes at a block's barrier stay until it opens.</summary>
    public void WaitAtBarrier()
    {
        _atBarrier.Add(new Path(Pc, _active, _join, Frame));
        _active = 0;
    }

    /// <summary>The block's barrier of that number is open.</summary>
    public void OpenBarrier(int barrier)
    {
        for (int at = _atBarrier.Count - 1; at >= 0; at--)
        {
            Path path = _atBarrier[at];
            Instruction* i = Launch.Program.Code + path.Pc - 1;
            if (Barriers.Number(this, i, path.Lanes) == barrier)
            {
                Barriers.Deliver(this, i, path.Lanes);
                _ready.Add(path);
                _atBarrier.RemoveAt(at);
            }
        }
    }

    /// <summary>True where the instruction can be executed now by the lanes of <paramref name="mask"/>, the whole path; otherwise the path was parted or waits.</summary>
    private bool Synchronise(Instruction* i, uint mask)
    {
        if (mask != _active)
        {
            if (mask == 0)
            {
                return true;
            }

            // Lanes whose guard is false pass by and wait behind.
            OpenJoin(Pc + 1);
            _ready.Add(new Path(Pc + 1, _active & ~mask, _join, Frame));
            _active = mask;
            return false;
        }

        uint needed = Needed(i, mask);
        if (needed == 0)
        {
            return false;
        }

        if ((needed & ~mask) == 0)
        {
            OrderWarp();
            return true;
        }

        _blocked.Add(new Path(Pc, mask, _join, Frame));
        _active = 0;
        return false;
    }

    /// <summary>The live lanes an instruction waits for; 0 after parting a path whose lanes name different ones.</summary>
    private uint Needed(Instruction* i, uint mask)
    {
        if (i->E == RegisterFile.Nothing)
        {
            return (i->Traits & InstructionTraits.Uniform) != 0 ? Live : mask;
        }

        uint* named = (uint*)(Slots + i->E);
        uint first = named[Lanes.First(mask)];
        uint same = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            same |= named[Lanes.First(m)] == first ? m & (~m + 1) : 0;
        }

        if (same != mask)
        {
            OpenJoin(Pc + 1);
            _ready.Add(new Path(Pc, mask & ~same, _join, Frame));
            _active = same;
            return 0;
        }

        if ((mask & ~first) != 0)
        {
            throw Faults.At(this, i, Lanes.First(mask & ~first), FindingKind.Divergence, $"the thread is not in the mask 0x{first:x8} that it names itself");
        }

        return first & Live;
    }

    /// <summary>Executes a waiting instruction whose lanes have all come; they go on as the paths they were.</summary>
    private bool ReleaseBlocked()
    {
        for (int at = 0; at < _blocked.Count; at++)
        {
            Path path = _blocked[at];
            Instruction* i = Launch.Program.Code + path.Pc;
            _active = path.Lanes;
            uint needed = Needed(i, path.Lanes);
            uint together = 0;
            foreach (Path other in _blocked)
            {
                together |= Meets(path, other, needed) ? other.Lanes : 0;
            }

            _active = 0;
            if ((needed & ~together) != 0)
            {
                continue;
            }

            ExecuteTogether(i, path, together, needed);
            return true;
        }

        return false;
    }

    private bool Meets(Path path, Path other, uint needed)
    {
        Instruction* i = Launch.Program.Code + path.Pc;
        Instruction* j = Launch.Program.Code + other.Pc;
        if (path.Pc == other.Pc)
        {
            return i->E == RegisterFile.Nothing || (Lanes.Read<uint>(Slots + j->E, Lanes.First(other.Lanes)) & Live) == needed;
        }

        // Warp barriers meet wherever they stand in the program.
        return i->Flow == InstructionFlow.WarpBarrier && j->Flow == InstructionFlow.WarpBarrier
            && (Lanes.Read<uint>(Slots + j->E, Lanes.First(other.Lanes)) & Live) == needed;
    }

    private void ExecuteTogether(Instruction* i, Path path, uint together, uint needed)
    {
        OrderWarp();
        List<Path> parts = _blocked.FindAll(other => Meets(path, other, needed));
        _blocked.RemoveAll(parts.Contains);
        if (i->Kind == InstructionKind.Synchronisation && (i->Traits & InstructionTraits.Uniform) != 0)
        {
            // All lanes of the warp are here, so they go on as one.
            Join? outer = parts[0].Join;
            bool one = parts.TrueForAll(part => part.Join == outer && part.Frame == path.Frame);
            if (one)
            {
                _ready.Add(new Path(path.Pc, together, outer, path.Frame));
                return;
            }
        }

        Mask = together;
        _active = together;
        Frame = path.Frame;
        Pc = path.Pc + 1;
        Launch.Count(i->Kind, together);
        i->Execute(this, i);
        Written[i->Destination >> RegisterFile.SlotShift] |= together;
        bool waits = _active == 0;
        _active = 0;
        if (waits)
        {
            _atBarrier.RemoveAt(_atBarrier.Count - 1);
        }

        foreach (Path part in parts)
        {
            (waits ? _atBarrier : _ready).Add(part with { Pc = part.Pc + 1 });
        }
    }

    /// <summary>What the warp's threads did before is ordered before what they do now.</summary>
    private void OrderWarp() => SyncedAt = Launch.Tick();
}
