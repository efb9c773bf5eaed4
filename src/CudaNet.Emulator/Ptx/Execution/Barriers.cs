using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>The sixteen barriers of a block.</summary>
internal sealed unsafe class Barriers(Block block)
{
    private readonly Barrier[] _barriers = new Barrier[16];

    public void Reset() => Array.Clear(_barriers);

    /// <summary><c>bar.sync</c>, <c>bar.arrive</c>, <c>bar.red</c>: A the barrier, B the number of threads (0: all of the block), C the predicate of a reduction.</summary>
    public static void Execute(Warp w, Instruction* i)
    {
        Barriers barriers = w.Block.Barriers;
        int number = Number(w, i, w.Mask);
        PtxBarrierMode mode = (PtxBarrierMode)i->Immediate;
        if ((uint)number >= 16)
        {
            throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Divergence, $"there is no barrier {(uint)number}: a block has sixteen");
        }

        ref Barrier barrier = ref barriers._barriers[number];
        int count = (int)Lanes.Read<uint>(w.Slots + i->B, Lanes.First(w.Mask));
        if (count % 32 != 0 || (uint)count > 1024)
        {
            throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Divergence, $"a barrier counts whole warps of a block, and {(uint)count} threads are none");
        }

        bool aligned = (i->Traits & InstructionTraits.Uniform) != 0;
        if (barrier.Arrived != 0 && (barrier.Count != count || (count == 0 && aligned && barrier.Origin != i->Origin)))
        {
            throw Faults.BarrierMismatch(w, i, number, barrier.Origin);
        }

        barrier.Count = count;
        barrier.Origin = i->Origin;
        barrier.Arrived += BitOperations.PopCount(w.Mask) + (count != 0 && (aligned || w.Mask == w.Live) ? Missing(w) : 0);
        uint votes = w.SourcePredicate(i) & w.Mask;
        barrier.Votes += BitOperations.PopCount(votes);
        barrier.Voters += BitOperations.PopCount(w.Mask);
        if (mode != PtxBarrierMode.Arrive)
        {
            w.WaitAtBarrier();
        }

        int expected = barriers.Expected(number);
        if (barrier.Arrived > expected)
        {
            throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Divergence, $"barrier {number} expects {expected} threads and {barrier.Arrived} came");
        }

        if (barrier.Arrived == expected)
        {
            barriers.Open(number);
        }
    }

    /// <summary>Threads exited: a barrier of the whole block waits for those that are left only, as hardware does since Volta.</summary>
    public void CountAgain()
    {
        for (int number = 0; number < _barriers.Length; number++)
        {
            if (_barriers[number] is { Arrived: > 0, Count: 0 } && _barriers[number].Arrived == Expected(number))
            {
                Open(number);
            }
        }
    }

    /// <summary>The barrier's number as the lanes name it.</summary>
    public static int Number(Warp w, Instruction* i, uint lanes) => (int)Lanes.Read<uint>(w.Slots + i->A, Lanes.First(lanes));

    /// <summary>Gives the lanes that waited the result of a reduction.</summary>
    public static void Deliver(Warp w, Instruction* i, uint lanes)
    {
        Barrier barrier = w.Block.Barriers._barriers[Number(w, i, lanes)];
        w.Mask = lanes;
        switch ((PtxBarrierMode)i->Immediate)
        {
            case PtxBarrierMode.ReduceAnd:
                w.WritePredicate(i->Destination, barrier.Votes == barrier.Voters ? Lanes.All : 0);
                break;
            case PtxBarrierMode.ReduceOr:
                w.WritePredicate(i->Destination, barrier.Votes != 0 ? Lanes.All : 0);
                break;
            case PtxBarrierMode.ReducePopc:
                for (uint m = lanes; m != 0; m &= m - 1)
                {
                    Lanes.Write(w.Slots + i->Destination, Lanes.First(m), (uint)barrier.Votes);
                }

                w.MarkWritten(i->Destination);
                break;
            default:
                break;
        }
    }

    /// <summary>All warps stopped: nobody may be left at a barrier.</summary>
    public void RequireNobodyWaits()
    {
        foreach (Warp warp in block.Warps)
        {
            if (warp.Live != 0)
            {
                throw Faults.BarrierNeverOpens(block);
            }
        }
    }

    /// <summary>Threads a counted barrier takes for granted: it counts whole warps, and the last one may have fewer than 32 threads.</summary>
    private static int Missing(Warp w) => 32 - BitOperations.PopCount(w.Live);

    /// <summary>The threads that a barrier waits for.</summary>
    private int Expected(int number) => _barriers[number].Count == 0 ? block.LiveThreads : _barriers[number].Count;

    private void Open(int number)
    {
        block.OrderedAt = block.Launch.Tick();
        ulong acquired = 0;
        if (block.Launch.Grid is not null)
        {
            GridClocks.Merge(block.Warps);
        }

        foreach (Warp warp in block.Warps)
        {
            acquired = Math.Max(acquired, warp.AcquiredAt);
        }

        foreach (Warp warp in block.Warps)
        {
            warp.AcquiredAt = acquired;
            if (warp.Live != 0)
            {
                warp.OpenBarrier(number);
                block.Wake(warp);
            }
        }

        _barriers[number] = default;
    }

    private struct Barrier
    {
        /// <summary>The number of threads that was named; 0 for all of the block that have not exited.</summary>
        public int Count;
        public int Arrived;
        public int Votes;
        public int Voters;
        public int Origin;
    }
}
