using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Moves bytes between memory and registers, as the instruction's element size, count and extension say. Addresses were checked before.</summary>
internal static unsafe class Transfer
{
    /// <summary>Loads for the lanes that execute.</summary>
    /// <param name="w">The warp.</param>
    /// <param name="i">The load.</param>
    /// <param name="zero">The host byte at address 0 of what is read.</param>
    /// <param name="perLane">How much further each lane's memory lies on the host; 0 where it is shared.</param>
    /// <param name="contiguous">All lanes take part, each behind the one before.</param>
    public static void Load(Warp w, Instruction* i, byte* zero, long perLane, bool contiguous)
    {
        if (i->ExtraCount != 0)
        {
            for (int element = 0; element < i->ExtraCount; element++)
            {
                int slot = w.Launch.Program.Extras[i->Extra + element];
                LoadElement(w, i, zero + (element * i->Size), perLane, slot);
                w.MarkWritten(slot);
            }
        }
        else if (contiguous && i->Size == 4 && (i->Traits & InstructionTraits.WideData) == 0)
        {
            byte* source = zero + w.Addresses[0];
            byte* destination = w.Slots + i->Destination;
            for (int k = 0; k < 4; k++)
            {
                Vector256.Load(source + (k << 5)).Store(destination + (k << 5));
            }
        }
        else
        {
            LoadElement(w, i, zero, perLane, i->Destination);
            w.MarkWritten(i->Destination);
        }
    }

    /// <summary>Stores for the lanes that execute, which must have written what they store.</summary>
    public static void Store(Warp w, Instruction* i, byte* zero, long perLane, bool contiguous)
    {
        if (i->ExtraCount != 0)
        {
            for (int element = 0; element < i->ExtraCount; element++)
            {
                StoreElement(w, i, zero + (element * i->Size), perLane, w.Launch.Program.Extras[i->Extra + element]);
            }
        }
        else if (contiguous && i->Size == 4 && (i->Traits & InstructionTraits.WideData) == 0)
        {
            byte* destination = zero + w.Addresses[0];
            byte* source = w.Slots + i->B;
            for (int k = 0; k < 4; k++)
            {
                Vector256.Load(source + (k << 5)).Store(destination + (k << 5));
            }
        }
        else
        {
            StoreElement(w, i, zero, perLane, i->B);
        }
    }

    private static void LoadElement(Warp w, Instruction* i, byte* zero, long perLane, int slot)
    {
        bool wide = (i->Traits & InstructionTraits.WideData) != 0;
        bool signed = (i->Traits & InstructionTraits.Signed) != 0;
        byte* d = w.Slots + slot;
        switch (i->Size)
        {
            case 4 when !wide:
                Move<uint>(w, zero, perLane, d);
                break;
            case 8:
                Move<ulong>(w, zero, perLane, d);
                break;
            case 2 when !wide && !signed:
                Move<ushort>(w, zero, perLane, d);
                break;
            case 1 when !wide && !signed:
                Move<byte>(w, zero, perLane, d);
                break;
            default:
                for (uint m = w.Mask; m != 0; m &= m - 1)
                {
                    int lane = Lanes.First(m);
                    Extend(d, lane, Value(zero + w.Addresses[lane] + (lane * perLane), i->Size, signed), i->Traits);
                }

                break;
        }
    }

    private static void StoreElement(Warp w, Instruction* i, byte* zero, long perLane, int slot)
    {
        bool wide = (i->Traits & InstructionTraits.WideData) != 0;
        byte* source = w.Slots + slot;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            byte* to = zero + w.Addresses[lane] + (lane * perLane);
            ulong value = wide ? Lanes.Read<ulong>(source, lane) : Lanes.Read<uint>(source, lane);
            switch (i->Size)
            {
                case 4:
                    *(uint*)to = (uint)value;
                    break;
                case 8:
                    *(ulong*)to = value;
                    break;
                case 2:
                    *(ushort*)to = (ushort)value;
                    break;
                default:
                    *to = (byte)value;
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move<T>(Warp w, byte* zero, long perLane, byte* d)
        where T : unmanaged
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, *(T*)(zero + w.Addresses[lane] + (lane * perLane)));
        }
    }

    private static long Value(byte* at, int size, bool signed) => size switch
    {
        1 => signed ? *(sbyte*)at : *at,
        2 => signed ? *(short*)at : *(ushort*)at,
        4 => signed ? *(int*)at : *(uint*)at,
        _ => *(long*)at,
    };

    private static void Extend(byte* slot, int lane, long value, InstructionTraits traits)
    {
        if ((traits & InstructionTraits.WideData) != 0)
        {
            Lanes.Write(slot, lane, value);
        }
        else if ((traits & InstructionTraits.Half) != 0)
        {
            Lanes.Write(slot, lane, (ushort)value);
        }
        else
        {
            Lanes.Write(slot, lane, (uint)value);
        }
    }
}
