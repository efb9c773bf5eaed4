using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Global memory while blocks run interleaved: beside each granule the last write, the last weak one, and the last reads of two blocks, each with its block. Like
/// <see cref="GlobalShadow"/>, which watches it while they run one after the other; this one lives as long as the launch.
/// </summary>
internal sealed unsafe class GridShadow
{
    private const int PageShift = 12;
    private const ulong PageMask = (1 << PageShift) - 1;

    private readonly Dictionary<MemoryRange, Entry[]?[]> _ranges = [];
    private readonly int _granule;
    private MemoryRange? _last;
    private Entry[]?[] _pages = [];

    public GridShadow(KernelProgram program, int warpsPerBlock, long blocks)
    {
        Clocks = new GridClocks(warpsPerBlock, blocks);
        _granule = 2;
        foreach (int at in program.MemoryInstructions)
        {
            _granule = Math.Min(_granule, program.Code[at].AlignmentLog);
        }
    }

    public GridClocks Clocks { get; }

    /// <summary>Records what an instruction reads or writes, and looks for races.</summary>
    public void Touch(Warp w, Instruction* i, MemoryRange range, int bytes, ulong flags, bool writes)
    {
        bool strong = (i->Traits & InstructionTraits.Strong) != 0 && flags == 0;
        ulong narrow = i->IsOfBlock ? AccessRecord.Narrow : 0;
        Access access = new(w, i, strong, strong && narrow == 0, writes, !strong && flags == 0);
        ulong stamp = AccessRecord.Stamp(w, i, flags | narrow | (strong ? AccessRecord.Strong : 0));
        Entry[]?[] pages = PagesOf(range);
        long distinct = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            access.Lane = Lanes.First(m);
            access.Record = stamp | ((ulong)(uint)access.Lane << AccessRecord.ThreadShift);
            ulong offset = w.Addresses[access.Lane] - range.Start;
            Entry[] page = pages[offset >> PageShift] ??= new Entry[1 << (PageShift - _granule)];
            int at = (int)(offset & PageMask) >> _granule;
            for (int end = at + (bytes >> _granule); at < end; at++)
            {
                distinct += Touch(ref access, ref page[at]) ? 1 << _granule : 0;
            }
        }

        w.Launch.Memories.DistinctStored += writes ? distinct : 0;
        w.Launch.Memories.DistinctLoaded += writes ? 0 : distinct;
    }

    /// <summary>True where nothing in the launch did the same there before.</summary>
    private bool Touch(ref Access access, ref Entry entry)
    {
        Judge(ref access, entry.Writer, true);
        if (entry.Weak != entry.Writer)
        {
            Judge(ref access, entry.Weak, true);
        }

        if (!access.Writes)
        {
            return Read(ref access, ref entry);
        }

        Judge(ref access, entry.Reader, false);
        Judge(ref access, entry.Other, false);
        bool first = entry.Writer.Record == 0;
        if (!access.IsStrong || first)
        {
            entry.Writer = access.Mark;
        }

        if (access.IsWeak)
        {
            entry.Weak = access.Mark;
        }

        return first;
    }

    private static bool Read(ref Access access, ref Entry entry)
    {
        if (entry.Reader.Record == 0)
        {
            entry.Reader = access.Mark;
            return true;
        }

        if (access.IsStrong)
        {
            return false;
        }

        if (entry.Reader.Block != access.Block)
        {
            // The block's own last read, where it was the other one, goes on as the last.
            (entry.Reader, entry.Other) = (entry.Other, entry.Reader);
        }

        bool again = entry.Reader.Record != 0 && entry.Reader.Block == access.Block;
        entry.Reader = access.Mark with { Record = again ? AccessRecord.Read(entry.Reader.Record, access.Record, 0, access.Ordered, access.Warp.HasAcquired ? access.Warp : null) : access.Record };
        return false;
    }

    private void Judge(ref Access access, Mark earlier, bool wrote)
    {
        if (earlier.Record == 0)
        {
            return;
        }

        bool conflicts = earlier.Block != access.Block ? !access.IsExempt && !Clocks.IsKnown(access.Warp, earlier.Block, earlier.Record)
            : !access.IsStrong && (wrote
                ? AccessRecord.ConflictsWithRead(earlier.Record, access.Record, 0, access.Ordered)
                : AccessRecord.ConflictsWithWrite(earlier.Record, access.Record, 0, access.Ordered));
        if (conflicts)
        {
            AccessRecord.Conflict(access.Warp, access.Instruction, access.Lane, earlier.Record, access.Record, wrote, access.Writes, earlier.Block);
        }
    }

    private Entry[]?[] PagesOf(MemoryRange range)
    {
        if (range != _last)
        {
            _last = range;
            if (!_ranges.TryGetValue(range, out _pages!))
            {
                _ranges.Add(range, _pages = new Entry[(range.Bytes + PageMask) >> PageShift][]);
            }
        }

        return _pages;
    }

    /// <summary>An access and its block.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
    private readonly record struct Mark(ulong Record, int Block);

    private struct Entry
    {
        public Mark Writer;

        /// <summary>The last weak write: atomic operations that came after it are exempt among themselves, and not from it.</summary>
        public Mark Weak;

        /// <summary>The last read.</summary>
        public Mark Reader;

        /// <summary>The last read of another block than that.</summary>
        public Mark Other;
    }

    private ref struct Access(Warp w, Instruction* i, bool isStrong, bool isExempt, bool writes, bool isWeak)
    {
        public readonly Warp Warp = w;
        public readonly Instruction* Instruction = i;

        /// <summary>Volatile, relaxed, acquiring or releasing.</summary>
        public readonly bool IsStrong = isStrong;

        /// <summary>The same, also for other blocks.</summary>
        public readonly bool IsExempt = isExempt;
        public readonly bool Writes = writes;

        /// <summary>Neither strong nor atomic.</summary>
        public readonly bool IsWeak = isWeak;
        public readonly int Block = (int)w.Block.Number;
        public readonly ulong Ordered = w.Block.OrderedAt << AccessRecord.TimeShift;
        public ulong Record;
        public int Lane;

        public readonly Mark Mark => new(Record, Block);
    }
}
