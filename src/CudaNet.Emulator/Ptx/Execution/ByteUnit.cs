namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Instructions on the bytes of a register.</summary>
internal static unsafe class ByteUnit
{
    /// <summary>C + the dot product of four bytes; bits of <see cref="Instruction.Immediate"/>: A signed, B signed.</summary>
    public static void Dot4(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint a = Lanes.Read<uint>(w.Slots + i->A, lane);
            uint b = Lanes.Read<uint>(w.Slots + i->B, lane);
            int sum = Lanes.Read<int>(w.Slots + i->C, lane);
            for (int at = 0; at < 32; at += 8)
            {
                sum = unchecked(sum + (Byte(a >> at, (i->Immediate & 1) != 0) * Byte(b >> at, (i->Immediate & 2) != 0)));
            }

            Lanes.Write(w.Slots + i->Destination, lane, sum);
        }
    }

    /// <summary>C + the dot product of two 16-bit numbers and two bytes, the upper ones where bit 2 of <see cref="Instruction.Immediate"/> is set.</summary>
    public static void Dot2(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint a = Lanes.Read<uint>(w.Slots + i->A, lane);
            uint b = Lanes.Read<uint>(w.Slots + i->B, lane) >> ((i->Immediate & 4) != 0 ? 16 : 0);
            int sum = Lanes.Read<int>(w.Slots + i->C, lane);
            bool signed = (i->Immediate & 1) != 0;
            sum = unchecked(sum + ((signed ? (short)a : (ushort)a) * Byte(b, (i->Immediate & 2) != 0)));
            sum = unchecked(sum + ((signed ? (short)(a >> 16) : (ushort)(a >> 16)) * Byte(b >> 8, (i->Immediate & 2) != 0)));
            Lanes.Write(w.Slots + i->Destination, lane, sum);
        }
    }

    /// <summary>Four bytes picked from the eight of B:A by C.</summary>
    public static void Permute(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong bytes = Lanes.Read<uint>(w.Slots + i->A, lane) | ((ulong)Lanes.Read<uint>(w.Slots + i->B, lane) << 32);
            uint selector = Lanes.Read<uint>(w.Slots + i->C, lane);
            uint result = 0;
            for (int at = 0; at < 4; at++)
            {
                result |= Pick((PtxPermuteMode)i->Immediate, bytes, selector, at) << (8 * at);
            }

            Lanes.Write(w.Slots + i->Destination, lane, result);
        }
    }

    /// <summary>The position of the C-th set bit of A from position B on, backwards where C is negative; all ones where there is none.</summary>
    public static void FindSet(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint mask = Lanes.Read<uint>(w.Slots + i->A, lane);
            int position = Lanes.Read<int>(w.Slots + i->B, lane);
            int offset = Lanes.Read<int>(w.Slots + i->C, lane);
            Lanes.Write(w.Slots + i->Destination, lane, Find(mask, position, offset));
        }
    }

    private static uint Find(uint mask, int position, int offset)
    {
        int step = offset < 0 ? -1 : 1;
        long wanted = offset == 0 ? 1 : Math.Abs((long)offset);
        for (int at = position; at is >= 0 and < 32; at += step)
        {
            wanted -= (mask >> at) & 1;
            if (wanted == 0)
            {
                return (uint)at;
            }

            if (offset == 0)
            {
                break;
            }
        }

        return uint.MaxValue;
    }

    private static uint Pick(PtxPermuteMode mode, ulong bytes, uint selector, int at)
    {
        int control = (int)selector & 3;
        int index = mode switch
        {
            PtxPermuteMode.Index => (int)(selector >> (4 * at)) & 15,
            PtxPermuteMode.Forward4Extract => control + at,
            PtxPermuteMode.Backward4Extract => (control - at) & 7,
            PtxPermuteMode.Replicate8 => control,
            PtxPermuteMode.EdgeClampLeft => Math.Max(control, at),
            PtxPermuteMode.EdgeClampRight => Math.Min(control, at),
            _ => ((control & 1) * 2) + (at & 1),
        };
        uint value = (byte)(bytes >> (8 * (index & 7)));
        return mode == PtxPermuteMode.Index && (index & 8) != 0 ? (value & 0x80) != 0 ? 0xFFu : 0 : value;
    }

    private static int Byte(uint value, bool signed) => signed ? (sbyte)value : (byte)value;
}
