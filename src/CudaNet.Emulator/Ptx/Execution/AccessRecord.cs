using System.Runtime.CompilerServices;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Who touched a granule of memory last, in 64 bits: the time (36), the thread in its block (10), the instruction's number (14) and flags (4). The time is
/// that of the last ordering event, so a record is before an event exactly if its time is smaller; where blocks run one after the other, a record older than the
/// start of the block that runs is another block's, and where they run interleaved the block stands beside it (<see cref="GridShadow"/>).
/// </summary>
/// <remarks>
/// Two accesses to the same bytes race if one is a plain write, or an atomic one against a plain access, and nothing orders them. Threads of a block are
/// ordered by its barriers and by what <see cref="BlockOrdering"/> says, threads of a warp also by instructions that synchronise it; blocks only by what <see cref="Ordering"/> says. Volatile, relaxed,
/// acquiring and releasing accesses are exempt, between blocks unless their scope is the block, and so are plain stores of the value that another thread's plain
/// store left there: whichever comes last, the bytes are the same.
/// </remarks>
internal static unsafe class AccessRecord
{
    public const int TimeShift = 28;
    public const int ThreadShift = 18;
    public const int InstructionShift = 4;
    public const ulong ThreadMask = 1023ul << ThreadShift;
    public const ulong Atomic = 1;

    /// <summary>How many instructions a record can tell apart; the others of a larger program are on further pages (<see cref="LaunchState.Time"/>).</summary>
    public const int PageInstructions = 1 << 14;

    /// <summary>More than one thread read it since the last barrier.</summary>
    public const ulong Several = 2;
    public const ulong Strong = 4;

    /// <summary>Strong or atomic for the threads of its block only.</summary>
    public const ulong Narrow = 8;

    public static int Instruction(ulong record) => (int)(record >> InstructionShift) & 0x3FFF;

    public static int Thread(ulong record) => (int)(record >> ThreadShift) & 1023;

    public static ulong Time(ulong record) => record >> TimeShift;

    /// <summary>The record of an access by lane 0 of the warp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Stamp(Warp w, Instruction* i, ulong flags) =>
        (w.Launch.TimeOf(i->MemoryPage) << TimeShift) | ((ulong)(uint)(w.Index << 5) << ThreadShift) | ((ulong)i->MemoryNumber << InstructionShift) | flags;

    /// <summary>Nothing simple orders an access behind the last write.</summary>
    /// <param name="writer">The last write, 0 for none.</param>
    /// <param name="record">The access.</param>
    /// <param name="floor">Records below are other blocks'.</param>
    /// <param name="ordered">Records below, down to the floor, are ordered by a barrier.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ConflictsWithRead(ulong writer, ulong record, ulong floor, ulong ordered) =>
        writer != 0 && (writer < ordered ? writer < floor : ((writer ^ record) & ThreadMask) != 0);

    /// <summary>The reader's record after a read, by a warp that is named where it has acquired something: that of an earlier block stays, as any write here races with it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ulong reader, ulong record, ulong floor, ulong ordered, Warp? acquirer)
    {
        if (reader < floor)
        {
            return reader == 0 ? record : reader;
        }

        return reader < ordered || (acquirer is not null && (reader & Several) == 0 && BlockOrdering.IsKnown(acquirer, reader)) ? record : record | (((reader ^ record) & ThreadMask) != 0 ? Several : reader & Several);
    }

    /// <summary>A write that comes after a read: by another block, or by another thread since the barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ConflictsWithWrite(ulong reader, ulong record, ulong floor, ulong ordered) =>
        reader != 0 && (reader < ordered ? reader < floor : ((reader ^ record) & ThreadMask) != 0 || (reader & Several) != 0);

    /// <summary>An unordered pair of accesses was met where blocks run one after the other: a race, unless it is one of the exceptions.</summary>
    /// <exception cref="DeviceFault">It is a race.</exception>
    public static void Conflict(Warp w, Instruction* i, int lane, ulong earlier, ulong record, bool earlierWrote, bool writes, bool shared)
    {
        bool otherBlock = Time(earlier) < w.Block.StartedAt;
        if ((!otherBlock || Time(earlier) >= w.AcquiredAt) && IsRace(w, i, lane, earlier, record, earlierWrote, writes, shared, otherBlock))
        {
            Tell(w, i, earlier, Faults.Race(w, i, lane, earlier, earlierWrote, writes, otherBlock ? w.Launch.BlockAt(Time(earlier)) : w.Block.Number, shared));
        }
    }

    /// <summary>An unordered pair of accesses to global memory was met where blocks run interleaved.</summary>
    /// <exception cref="DeviceFault">It is a race.</exception>
    public static void Conflict(Warp w, Instruction* i, int lane, ulong earlier, ulong record, bool earlierWrote, bool writes, long block)
    {
        if (IsRace(w, i, lane, earlier, record, earlierWrote, writes, false, block != w.Block.Number))
        {
            Tell(w, i, earlier, Faults.Race(w, i, lane, earlier, earlierWrote, writes, block, false));
        }
    }

    private static bool IsRace(Warp w, Instruction* i, int lane, ulong earlier, ulong record, bool earlierWrote, bool writes, bool shared, bool otherBlock)
    {
        bool sameWarp = !otherBlock && Thread(earlier) >> 5 == w.Index;
        bool known = !otherBlock && w.HasAcquired && BlockOrdering.IsKnown(w, earlier) && (earlierWrote || (earlier & Several) == 0);
        bool narrow = otherBlock && ((earlier | record) & Narrow) != 0;
        return w.Launch.Options.CheckRaces
            && !known
            && ((earlier & Strong) == 0 || narrow)
            && ((earlier & record & Atomic) == 0 || narrow)
            && !(sameWarp && Time(earlier) < w.SyncedAt)
            && !(sameWarp && writes && earlierWrote && SameValueAtOnce(w, i, lane, Thread(earlier) & 31, earlier))
            && !(writes && earlierWrote && ((earlier | record) & Atomic) == 0 && SameValueThere(w, i, lane, shared));
    }

    private static void Tell(Warp w, Instruction* i, ulong earlier, DeviceFault race)
    {
        if (w.Launch.Options.ReportRace is not { } report)
        {
            throw race;
        }

        if (w.Launch.IsNewRace(i->MemoryPage, i->MemoryNumber, w.Launch.PageAt(Time(earlier)), Instruction(earlier)))
        {
            report(race.Finding);
        }
    }

    /// <summary>Two lanes of one instruction store the same value at the same address.</summary>
    private static bool SameValueAtOnce(Warp w, Instruction* i, int lane, int other, ulong earlier)
    {
        if (Instruction(earlier) != i->MemoryNumber || w.Launch.PageAt(Time(earlier)) != i->MemoryPage || (w.Mask & (1u << other)) == 0 || w.Addresses[lane] != w.Addresses[other])
        {
            return false;
        }

        for (int element = 0; element < Math.Max(1, i->ExtraCount); element++)
        {
            if (Differ(i, Stored(w, i, element, lane), Stored(w, i, element, other)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What a lane is about to store is there already.</summary>
    private static bool SameValueThere(Warp w, Instruction* i, int lane, bool shared)
    {
        ulong address = w.Addresses[lane];
        byte* there = shared ? w.Block.Shared.Data + address : w.Launch.Memory.Find(address) is { } range ? range.Host + (address - range.Start) : null;
        for (int element = 0; element < Math.Max(1, i->ExtraCount) && there != null; element++)
        {
            ulong value = 0;
            Buffer.MemoryCopy(there + (element * i->Size), &value, sizeof(ulong), i->Size);
            if (Differ(i, Stored(w, i, element, lane), value))
            {
                return false;
            }
        }

        return there != null;
    }

    /// <summary>The register of an element of what an instruction stores.</summary>
    private static ulong Stored(Warp w, Instruction* i, int element, int lane)
    {
        byte* slot = w.Slots + (i->ExtraCount == 0 ? i->B : w.Launch.Program.Extras[i->Extra + element]);
        return (i->Traits & InstructionTraits.WideData) != 0 ? Lanes.Read<ulong>(slot, lane) : Lanes.Read<uint>(slot, lane);
    }

    /// <summary>The bytes that are stored differ.</summary>
    private static bool Differ(Instruction* i, ulong a, ulong b) => (a ^ b) << (64 - (8 * i->Size)) != 0;
}
