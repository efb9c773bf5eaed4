using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Beside a range of device memory: who wrote and read each granule in the launch that runs. Pages come into being when they are touched and are cleared when
/// a later launch touches them first; a page watches words of 4 bytes until something narrower is accessed in it.
/// </summary>
internal sealed unsafe class GlobalShadow(ulong bytes)
{
    private const int PageShift = 12;
    private const ulong PageMask = (1 << PageShift) - 1;

    private readonly Page?[] _pages = new Page?[(bytes + PageMask) >> PageShift];

    /// <summary>Records an instruction's reads, and looks for races.</summary>
    public static void Read(Warp w, Instruction* i, MemoryRange range, int bytes)
    {
        if (w.Launch.Grid is { } grid)
        {
            grid.Touch(w, i, range, bytes, 0, false);
            return;
        }

        GlobalShadow shadow = Of(range);
        bool strong = (i->Traits & InstructionTraits.Strong) != 0;
        ulong floor = w.Block.StartedAt << AccessRecord.TimeShift;
        ulong ordered = w.Block.OrderedAt << AccessRecord.TimeShift;
        ulong stamp = AccessRecord.Stamp(w, i, 0);
        Warp? acquirer = w.HasAcquired ? w : null;
        long distinct = 0;
        Page? page = null;
        ulong number = ulong.MaxValue;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong offset = w.Addresses[lane] - range.Start;
            if (offset >> PageShift != number)
            {
                number = offset >> PageShift;
                page = shadow.Touch(number, w.Launch.Number, bytes);
            }

            int at = (int)(offset & PageMask) >> page!.Granule;
            int end = at + (bytes >> page.Granule);
            ulong record = stamp | ((ulong)(uint)lane << AccessRecord.ThreadShift);
            ref ulong readers = ref MemoryMarshal.GetArrayDataReference(page.Readers);
            ref ulong writers = ref page.HasWriters ? ref MemoryMarshal.GetArrayDataReference(page.Writers!) : ref Unsafe.NullRef<ulong>();
            for (; at < end; at++)
            {
                if (page.HasWriters)
                {
                    ulong writer = Unsafe.Add(ref writers, at);
                    if (AccessRecord.ConflictsWithRead(writer, record, floor, ordered) && !strong)
                    {
                        AccessRecord.Conflict(w, i, lane, writer, record, true, false, false);
                    }
                }

                ref ulong reader = ref Unsafe.Add(ref readers, at);
                if (reader == 0)
                {
                    distinct += 1 << page.Granule;
                    reader = strong ? record | AccessRecord.Strong : record;
                }
                else if (!strong)
                {
                    reader = AccessRecord.Read(reader, record, floor, ordered, acquirer);
                }
            }
        }

        w.Launch.Memories.DistinctLoaded += distinct;
    }

    /// <summary>Records an instruction's writes, and looks for races.</summary>
    public static void Write(Warp w, Instruction* i, MemoryRange range, int bytes, ulong flags)
    {
        if (w.Launch.Grid is { } grid)
        {
            grid.Touch(w, i, range, bytes, flags, true);
            return;
        }

        GlobalShadow shadow = Of(range);
        bool strong = (i->Traits & InstructionTraits.Strong) != 0 && flags == 0;
        ulong floor = w.Block.StartedAt << AccessRecord.TimeShift;
        ulong ordered = w.Block.OrderedAt << AccessRecord.TimeShift;
        ulong stamp = AccessRecord.Stamp(w, i, flags | (strong ? AccessRecord.Strong : 0));
        long distinct = 0;
        Page? page = null;
        ulong number = ulong.MaxValue;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong offset = w.Addresses[lane] - range.Start;
            if (offset >> PageShift != number)
            {
                number = offset >> PageShift;
                page = shadow.Touch(number, w.Launch.Number, bytes);
                page.RequireWriters();
            }

            int at = (int)(offset & PageMask) >> page!.Granule;
            int end = at + (bytes >> page.Granule);
            ulong record = stamp | ((ulong)(uint)lane << AccessRecord.ThreadShift);
            ref ulong readers = ref MemoryMarshal.GetArrayDataReference(page.Readers);
            ref ulong writers = ref MemoryMarshal.GetArrayDataReference(page.Writers!);
            for (; at < end; at++)
            {
                ref ulong writer = ref Unsafe.Add(ref writers, at);
                ulong reader = Unsafe.Add(ref readers, at);
                if (!strong && AccessRecord.ConflictsWithRead(writer, record, floor, ordered))
                {
                    AccessRecord.Conflict(w, i, lane, writer, record, true, true, false);
                }

                if (!strong && AccessRecord.ConflictsWithWrite(reader, record, floor, ordered))
                {
                    AccessRecord.Conflict(w, i, lane, reader, record, false, true, false);
                }

                distinct += writer == 0 ? 1 << page.Granule : 0;
                writer = !strong || writer == 0 ? record : writer;
            }
        }

        w.Launch.Memories.DistinctStored += distinct;
    }

    private static GlobalShadow Of(MemoryRange range)
    {
        if (range.Shadow is not GlobalShadow shadow)
        {
            range.Shadow = shadow = new GlobalShadow(range.Bytes);
        }

        return shadow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Page Touch(ulong number, ulong launch, int bytes)
    {
        Page? page = _pages[number];
        if (page is null || page.Launch != launch || 1 << page.Granule > bytes)
        {
            _pages[number] = page = Prepare(page, launch, bytes);
        }

        return page;
    }

    private static Page Prepare(Page? page, ulong launch, int bytes)
    {
        page ??= new Page();
        if (page.Launch != launch)
        {
            page.Clear(launch);
        }

        int granule = Math.Min(2, System.Numerics.BitOperations.Log2((uint)bytes));
        if (page.Granule > granule)
        {
            page.Refine(granule);
        }

        return page;
    }

    private sealed class Page
    {
        public ulong[] Readers { get; private set; } = new ulong[1 << (PageShift - 2)];

        public ulong[]? Writers { get; private set; }

        /// <summary>Something was written in this launch.</summary>
        public bool HasWriters { get; private set; }

        public ulong Launch { get; private set; }

        /// <summary>log2 of the bytes of a granule.</summary>
        public int Granule { get; private set; } = 2;

        public void Clear(ulong launch)
        {
            Array.Clear(Readers);
            if (HasWriters)
            {
                Array.Clear(Writers!);
            }

            HasWriters = false;
            Launch = launch;
        }

        public void RequireWriters()
        {
            Writers ??= new ulong[Readers.Length];
            HasWriters = true;
        }

        public void Refine(int granule)
        {
            int factor = 1 << (Granule - granule);
            Readers = Spread(Readers, factor);
            Writers = Writers is null ? null : Spread(Writers, factor);
            Granule = granule;
        }

        private static ulong[] Spread(ulong[] records, int factor)
        {
            ulong[] spread = new ulong[records.Length * factor];
            for (int at = 0; at < spread.Length; at++)
            {
                spread[at] = records[at / factor];
            }

            return spread;
        }
    }
}
