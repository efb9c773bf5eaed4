using System.Numerics;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary><c>atom</c> and <c>red</c>: A the address, B the operand, C the second of a compare-and-swap (B then what is compared). Lanes act in turn.</summary>
internal static unsafe class AtomicUnit
{
    internal interface IAtomic
    {
        static abstract T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T>;
    }

    internal readonly struct Add : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => unchecked(old + b);
    }

    internal readonly struct Min : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => T.Min(old, b);
    }

    internal readonly struct Max : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => T.Max(old, b);
    }

    internal readonly struct And : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => old & b;
    }

    internal readonly struct Or : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => old | b;
    }

    internal readonly struct Xor : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => old ^ b;
    }

    internal readonly struct Exchange : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => b;
    }

    internal readonly struct CompareAndSwap : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => old == b ? c : old;
    }

    internal readonly struct Increment : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => old >= b ? T.Zero : old + T.One;
    }

    internal readonly struct Decrement : IAtomic
    {
        public static T Do<T>(T old, T b, T c)
            where T : unmanaged, IBinaryInteger<T> => T.IsZero(old) || old > b ? b : old - T.One;
    }

    internal readonly struct AddSingle : IBinary<uint>
    {
        public static uint Do(uint a, uint b) =>
            DirectedFloat.Finish(BitConverter.UInt32BitsToSingle(a) + BitConverter.UInt32BitsToSingle(b), false, false);
    }

    /// <summary>In global memory subnormals are flushed, before and after.</summary>
    internal readonly struct AddSingleFlushed : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => DirectedFloat.Finish(Flush(a) + Flush(b), true, false);

        private static float Flush(uint bits)
        {
            float value = BitConverter.UInt32BitsToSingle(bits);
            return float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
        }
    }

    internal readonly struct AddDouble : IBinary<ulong>
    {
        public static ulong Do(ulong a, ulong b) => BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(a) + BitConverter.UInt64BitsToDouble(b));
    }

    internal readonly struct AddHalf<TFormat> : IBinary<ushort>
        where TFormat : struct, IHalfFormat
    {
        public static ushort Do(ushort a, ushort b) => TFormat.Narrow(TFormat.Widen(a) + TFormat.Widen(b));
    }

    /// <summary>Each half is atomic by itself.</summary>
    internal readonly struct AddPair<TFormat> : IBinary<uint>
        where TFormat : struct, IHalfFormat
    {
        public static uint Do(uint a, uint b) =>
            AddHalf<TFormat>.Do((ushort)a, (ushort)b) | ((uint)AddHalf<TFormat>.Do((ushort)(a >> 16), (ushort)(b >> 16)) << 16);
    }

    public static void Integer<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IAtomic
        where T : unmanaged, IBinaryInteger<T> => Execute<IntegerAction<TOp, T>, IntegerAction<TOp, T>, T>(w, i);

    public static void Float<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IBinary<T>
        where T : unmanaged => Execute<FloatAction<TOp, T>, FloatAction<TOp, T>, T>(w, i);

    public static void Single(Warp w, Instruction* i) => Execute<FloatAction<AddSingle, uint>, FloatAction<AddSingleFlushed, uint>, uint>(w, i);

    private interface IAction<T>
    {
        static abstract T Do(T old, T b, T c);
    }

    private readonly struct IntegerAction<TOp, T> : IAction<T>
        where TOp : struct, IAtomic
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T old, T b, T c) => TOp.Do(old, b, c);
    }

    private readonly struct FloatAction<TOp, T> : IAction<T>
        where TOp : struct, IBinary<T>
        where T : unmanaged
    {
        public static T Do(T old, T b, T c) => TOp.Do(old, b);
    }

    private static void Execute<TShared, TGlobal, T>(Warp w, Instruction* i)
        where TShared : struct, IAction<T>
        where TGlobal : struct, IAction<T>
        where T : unmanaged
    {
        MemoryUnit.Address(w, i);
        uint all = w.Mask;
        PtxStateSpace space = (PtxStateSpace)i->Target;
        uint left = all;
        while (left != 0)
        {
            w.Mask = left;
            ulong window = space == PtxStateSpace.Generic ? MemoryUnit.TakeWindow(w)
                : space == PtxStateSpace.Shared ? KernelProgram.SharedWindow : 0;
            byte* zero;
            bool isOfHost = false;
            if (window == KernelProgram.SharedWindow)
            {
                MemoryUnit.CheckWindow(w, i, sizeof(T), w.Block.Shared.Bytes, true, "shared");
                AccessShape.CountPasses(w, sizeof(T), false);
                SharedShadow.Write(w, i, sizeof(T), AccessRecord.Atomic);
                zero = w.Block.Shared.Data;
            }
            else
            {
                if (window == KernelProgram.LocalWindow)
                {
                    throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.OutOfBounds, "an atomic operation on local memory");
                }

                MemoryRange range = MemoryUnit.Resolve(w, i, sizeof(T), true, out _);
                AccessShape.CountSectors(w, sizeof(T), false);
                GlobalShadow.Write(w, i, range, sizeof(T), i->IsOfBlock ? AccessRecord.Atomic | AccessRecord.Narrow : AccessRecord.Atomic);
                zero = range.Host - range.Start;
                isOfHost = range.IsOfHost;
            }

            for (uint m = w.Mask; m != 0; m &= m - 1)
            {
                int lane = Lanes.First(m);
                T* at = (T*)(zero + w.Addresses[lane]);
                T old = *at;
                T b = Lanes.Read<T>(w.Slots + i->B, lane);
                T c = Lanes.Read<T>(w.Slots + i->C, lane);
                *at = window == KernelProgram.SharedWindow ? TShared.Do(old, b, c) : TGlobal.Do(old, b, c);
                Lanes.Write(w.Slots + i->Destination, lane, old);
            }

            Ordering.Access(w, i, true, true, window == KernelProgram.SharedWindow);
            if (isOfHost)
            {
                HostPublication.Stored(w, i);
            }

            left &= ~w.Mask;
        }

        w.Mask = all;
    }
}
