namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Watches shared memory: reads of what the block did not write, and races between its threads.</summary>
internal static unsafe class SharedShadow
{
    public static void Read(Warp w, Instruction* i, int bytes)
    {
        SharedMemory shared = w.Block.Shared;
        bool strong = (i->Traits & InstructionTraits.Strong) != 0;
        bool insist = w.Launch.Options.CheckInitialisation;
        ulong floor = w.Block.StartedAt << AccessRecord.TimeShift;
        ulong ordered = w.Block.OrderedAt << AccessRecord.TimeShift;
        ulong stamp = AccessRecord.Stamp(w, i, 0);
        Warp? acquirer = w.HasAcquired ? w : null;
        int count = bytes >> shared.Granule;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong record = stamp | ((ulong)(uint)lane << AccessRecord.ThreadShift);
            ulong* writer = shared.Writers + (w.Addresses[lane] >> shared.Granule);
            ulong* reader = shared.Readers + (w.Addresses[lane] >> shared.Granule);
            for (int k = 0; k < count; k++)
            {
                if (writer[k] < floor)
                {
                    if (insist)
                    {
                        throw Faults.SharedUnwritten(w, i, lane, bytes);
                    }
                }
                else if (!strong && AccessRecord.ConflictsWithRead(writer[k], record, floor, ordered))
                {
                    AccessRecord.Conflict(w, i, lane, writer[k], record, true, false, true);
                }

                if (!strong)
                {
                    reader[k] = reader[k] < floor ? record : AccessRecord.Read(reader[k], record, floor, ordered, acquirer);
                }
            }
        }
    }

    public static void Write(Warp w, Instruction* i, int bytes, ulong flags)
    {
        SharedMemory shared = w.Block.Shared;
        bool strong = (i->Traits & InstructionTraits.Strong) != 0 && flags == 0;
        ulong floor = w.Block.StartedAt << AccessRecord.TimeShift;
        ulong ordered = w.Block.OrderedAt << AccessRecord.TimeShift;
        ulong stamp = AccessRecord.Stamp(w, i, flags | (strong ? AccessRecord.Strong : 0));
        int count = bytes >> shared.Granule;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong record = stamp | ((ulong)(uint)lane << AccessRecord.ThreadShift);
            ulong* writer = shared.Writers + (w.Addresses[lane] >> shared.Granule);
            ulong* reader = shared.Readers + (w.Addresses[lane] >> shared.Granule);
            for (int k = 0; k < count; k++)
            {
                if (flags != 0 && writer[k] < floor && w.Launch.Options.CheckInitialisation)
                {
                    throw Faults.SharedUnwritten(w, i, lane, bytes);
                }

                if (!strong && writer[k] >= floor && AccessRecord.ConflictsWithRead(writer[k], record, floor, ordered))
                {
                    AccessRecord.Conflict(w, i, lane, writer[k], record, true, true, true);
                }

                if (!strong && reader[k] >= floor && AccessRecord.ConflictsWithWrite(reader[k], record, floor, ordered))
                {
                    AccessRecord.Conflict(w, i, lane, reader[k], record, false, true, true);
                }

                writer[k] = record;
            }
        }
    }
}
