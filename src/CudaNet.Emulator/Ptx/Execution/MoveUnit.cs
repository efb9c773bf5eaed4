using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Moves, selections, and logic of predicates.</summary>
internal static unsafe class MoveUnit
{
    public static void Move<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        for (int k = 0; k < sizeof(T); k++)
        {
            Lanes.Store(d, k, Vector256.Load((T*)(a + (k << 5))), w.Mask);
        }
    }

    /// <summary>A where predicate C is true, otherwise B.</summary>
    public static void Select<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        uint first = w.SourcePredicate(i);
        for (int k = 0; k < sizeof(T); k++)
        {
            int at = k << 5;
            Vector256<T> mask = sizeof(T) == 8 ? Lanes.ExpandWide(first, k << 2).As<ulong, T>() : Lanes.Expand(first, k << 3).As<uint, T>();
            Lanes.Store(d, k, Vector256.ConditionalSelect(mask, Vector256.Load((T*)(a + at)), Vector256.Load((T*)(b + at))), w.Mask);
        }
    }

    /// <summary>A where C is not negative, otherwise B.</summary>
    public static void SelectBySign<TSign, T>(Warp w, Instruction* i)
        where TSign : struct, ISign
        where T : unmanaged
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            byte* from = w.Slots + (TSign.IsNotNegative(w.Slots + i->C, lane) ? i->A : i->B);
            Lanes.Write(w.Slots + i->Destination, lane, Lanes.Read<T>(from, lane));
        }
    }

    internal interface ISign
    {
        static abstract bool IsNotNegative(byte* slot, int lane);
    }

    internal readonly struct IntegerSign : ISign
    {
        public static bool IsNotNegative(byte* slot, int lane) => Lanes.Read<int>(slot, lane) >= 0;
    }

    internal readonly struct FloatSign : ISign
    {
        public static bool IsNotNegative(byte* slot, int lane) => Lanes.Read<float>(slot, lane) >= 0;
    }

    internal readonly struct FlushedSign : ISign
    {
        public static bool IsNotNegative(byte* slot, int lane)
        {
            float value = Lanes.Read<float>(slot, lane);
            return value >= 0 || float.IsSubnormal(value);
        }
    }

    /// <summary>The registers of <see cref="Instruction.Extra"/> side by side, the first lowest; <see cref="Instruction.Size"/> is the bytes of each.</summary>
    public static void Pack(Warp w, Instruction* i)
    {
        int* parts = w.Launch.Program.Extras + i->Extra;
        int bits = i->Size * 8;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong value = 0;
            for (int part = 0; part < i->ExtraCount; part++)
            {
                ulong element = Lanes.Read<uint>(w.Slots + parts[part], lane) & ((1ul << bits) - 1);
                value |= element << (part * bits);
            }

            if ((i->Traits & InstructionTraits.WideData) != 0)
            {
                Lanes.Write(w.Slots + i->Destination, lane, value);
            }
            else
            {
                Lanes.Write(w.Slots + i->Destination, lane, (uint)value);
            }
        }

        // Compilers keep single elements in registers for vectors, whose other parts nobody reads.
        uint written = 0;
        for (int part = 0; part < i->ExtraCount; part++)
        {
            written |= w.Written[parts[part] >> RegisterFile.SlotShift];
        }

        if ((w.Mask & ~written) != 0)
        {
            w.LeaveUnwritten(i, w.Mask & ~written);
        }
    }

    /// <summary>A register to the registers of <see cref="Instruction.Extra"/>, its lowest part to the first.</summary>
    public static void Unpack(Warp w, Instruction* i)
    {
        int* parts = w.Launch.Program.Extras + i->Extra;
        int bits = i->Size * 8;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong value = (i->Traits & InstructionTraits.WideData) != 0 ? Lanes.Read<ulong>(w.Slots + i->A, lane) : Lanes.Read<uint>(w.Slots + i->A, lane);
            for (int part = 0; part < i->ExtraCount; part++)
            {
                Lanes.Write(w.Slots + parts[part], lane, (uint)((value >> (part * bits)) & ((1ul << bits) - 1)));
            }
        }

        for (int part = 0; part < i->ExtraCount; part++)
        {
            w.MarkWritten(parts[part]);
        }
    }

    internal interface ILogic
    {
        static abstract uint Do(uint a, uint b);
    }

    internal readonly struct And : ILogic
    {
        public static uint Do(uint a, uint b) => a & b;
    }

    internal readonly struct Or : ILogic
    {
        public static uint Do(uint a, uint b) => a | b;
    }

    internal readonly struct Xor : ILogic
    {
        public static uint Do(uint a, uint b) => a ^ b;
    }

    internal readonly struct Not : ILogic
    {
        public static uint Do(uint a, uint b) => ~a;
    }

    internal readonly struct Same : ILogic
    {
        public static uint Do(uint a, uint b) => a;
    }

    /// <summary>On predicates; the sources are xor-ed with the two masks in <see cref="Instruction.Immediate"/>.</summary>
    public static void Logic<TOp>(Warp w, Instruction* i)
        where TOp : struct, ILogic
    {
        uint a = *(uint*)(w.Slots + i->A) ^ (uint)i->Immediate;
        uint b = *(uint*)(w.Slots + i->B) ^ (uint)(i->Immediate >> 32);
        w.WritePredicate(i->Destination, TOp.Do(a, b));
    }
}
