using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Instructions by which lanes of a warp exchange values. E is the mask of lanes that take part.</summary>
internal static unsafe class WarpUnit
{
    public static void Barrier(Warp w, Instruction* i)
    {
    }

    /// <summary>A the value, B the lane or distance, C the clamp and segment; the mode is in <see cref="Instruction.Immediate"/>.</summary>
    public static void Shuffle(Warp w, Instruction* i)
    {
        uint* values = stackalloc uint[32];
        new ReadOnlySpan<uint>(w.Slots + i->A, 32).CopyTo(new Span<uint>(values, 32));
        uint inRange = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            int b = (int)Lanes.Read<uint>(w.Slots + i->B, lane) & 31;
            uint c = Lanes.Read<uint>(w.Slots + i->C, lane);
            int clamp = (int)c & 31;
            int segment = (int)(c >> 8) & 31;
            int highest = (lane & segment) | (clamp & ~segment);
            int source;
            bool valid;
            switch ((PtxShuffleMode)i->Immediate)
            {
                case PtxShuffleMode.Up:
                    source = lane - b;
                    valid = source >= highest;
                    break;
                case PtxShuffleMode.Down:
                    source = lane + b;
                    valid = source <= highest;
                    break;
                case PtxShuffleMode.Butterfly:
                    source = lane ^ b;
                    valid = source <= highest;
                    break;
                default:
                    source = (lane & segment) | (b & ~segment);
                    valid = source <= highest;
                    break;
            }

            source = valid ? source : lane;
            if ((w.Mask & (1u << source)) == 0)
            {
                throw Faults.At(w, i, lane, FindingKind.Divergence, $"the shuffle reads lane {source}, which does not take part (lanes 0x{w.Mask:x8} do)");
            }

            inRange |= valid ? 1u << lane : 0;
            Lanes.Write(w.Slots + i->Destination, lane, values[source]);
        }

        w.WritePredicate(i->Destination2, inRange);
    }

    /// <summary>C the predicate; the question is in <see cref="Instruction.Immediate"/>.</summary>
    public static void Vote(Warp w, Instruction* i)
    {
        uint votes = w.SourcePredicate(i) & w.Mask;
        switch ((PtxVoteMode)i->Immediate)
        {
            case PtxVoteMode.All:
                w.WritePredicate(i->Destination, votes == w.Mask ? Lanes.All : 0);
                break;
            case PtxVoteMode.Any:
                w.WritePredicate(i->Destination, votes != 0 ? Lanes.All : 0);
                break;
            case PtxVoteMode.Uniform:
                w.WritePredicate(i->Destination, votes == w.Mask || votes == 0 ? Lanes.All : 0);
                break;
            default:
                Broadcast(w, i->Destination, votes);
                break;
        }
    }

    /// <summary>Lanes with the same value A.</summary>
    public static void MatchAny<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        uint* same = stackalloc uint[32];
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            same[lane] = Same(w, i, Lanes.Read<T>(w.Slots + i->A, lane));
        }

        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            Lanes.Write(w.Slots + i->Destination, Lanes.First(m), same[Lanes.First(m)]);
        }
    }

    /// <summary>The mask and true where all lanes have the same value A, otherwise zero and false.</summary>
    public static void MatchAll<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        bool all = Same(w, i, Lanes.Read<T>(w.Slots + i->A, Lanes.First(w.Mask))) == w.Mask;
        Broadcast(w, i->Destination, all ? w.Mask : 0);
        w.WritePredicate(i->Destination2, all ? Lanes.All : 0);
    }

    public static void Reduce<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, AtomicUnit.IAtomic
        where T : unmanaged, IBinaryInteger<T>
    {
        T result = Lanes.Read<T>(w.Slots + i->A, Lanes.First(w.Mask));
        for (uint m = w.Mask & (w.Mask - 1); m != 0; m &= m - 1)
        {
            result = TOp.Do(result, Lanes.Read<T>(w.Slots + i->A, Lanes.First(m)), T.Zero);
        }

        Broadcast(w, i->Destination, uint.CreateTruncating(result));
    }

    public static void ActiveMask(Warp w, Instruction* i) => Broadcast(w, i->Destination, w.Mask);

    /// <summary>The lowest lane of the mask is the leader.</summary>
    public static void Elect(Warp w, Instruction* i)
    {
        int leader = Lanes.First(w.Mask);
        Broadcast(w, i->Destination, (uint)leader);
        w.WritePredicate(i->Destination2, 1u << leader);
    }

    private static uint Same<T>(Warp w, Instruction* i, T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        uint same = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            same |= Lanes.Read<T>(w.Slots + i->A, lane) == value ? 1u << lane : 0;
        }

        return same;
    }

    private static void Broadcast(Warp w, int slot, uint value)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            Lanes.Write(w.Slots + slot, Lanes.First(m), value);
        }
    }
}
