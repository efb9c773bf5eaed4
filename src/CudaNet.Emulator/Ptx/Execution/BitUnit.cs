using System.Numerics;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Instructions on bits, fields and bytes.</summary>
internal static unsafe class BitUnit
{
    internal readonly struct PopCount<T> : IUnary<uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Do(T a) => uint.CreateTruncating(T.PopCount(a));
    }

    internal readonly struct LeadingZeros<T> : IUnary<uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Do(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
    }

    internal readonly struct Reverse<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a)
        {
            T result = T.Zero;
            for (int bit = 0; bit < sizeof(T) * 8; bit++)
            {
                result = (result << 1) | (a & T.One);
                a >>>= 1;
            }

            return result;
        }
    }

    /// <summary>The highest bit that differs from the sign, or -1.</summary>
    internal readonly struct FindHighest<T> : IUnary<uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Do(T a)
        {
            T bits = T.IsNegative(a) ? ~a : a;
            return T.IsZero(bits) ? uint.MaxValue : (uint)(sizeof(T) * 8) - 1 - uint.CreateTruncating(T.LeadingZeroCount(bits));
        }
    }

    /// <summary>The shift that brings the highest bit which differs from the sign to the top, or -1.</summary>
    internal readonly struct FindShift<T> : IUnary<uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Do(T a)
        {
            uint highest = FindHighest<T>.Do(a);
            return highest == uint.MaxValue ? highest : (uint)(sizeof(T) * 8) - 1 - highest;
        }
    }

    /// <summary>Operands A the value, B the position, C the length; only their low 8 bits count.</summary>
    public static void Extract<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int top = (sizeof(T) * 8) - 1;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            T a = Lanes.Read<T>(w.Slots + i->A, lane);
            int position = Lanes.Read<byte>(w.Slots + i->B, lane);
            int length = Lanes.Read<byte>(w.Slots + i->C, lane);
            int signBit = Math.Min(position + length - 1, top);
            bool negative = T.IsNegative(T.MinValue) && length != 0 && !T.IsZero((a >>> signBit) & T.One);
            T fill = negative ? ~T.Zero : T.Zero;
            T field = position > top ? fill : a >>> position;
            int kept = Math.Min(length, Math.Max(0, top + 1 - position));
            T ones = kept > top ? ~T.Zero : (T.One << kept) - T.One;
            Lanes.Write(w.Slots + i->Destination, lane, length == 0 ? T.Zero : (field & ones) | (fill & ~ones));
        }
    }

    /// <summary>Operands A the field, B what it is put into, C the position, E the length.</summary>
    public static void Insert<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        int bits = sizeof(T) * 8;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            T field = Lanes.Read<T>(w.Slots + i->A, lane);
            T into = Lanes.Read<T>(w.Slots + i->B, lane);
            int position = Lanes.Read<byte>(w.Slots + i->C, lane);
            int length = Math.Min(Lanes.Read<byte>(w.Slots + i->E, lane), bits);
            T ones = length == bits ? ~T.Zero : (T.One << length) - T.One;
            T mask = position >= bits ? T.Zero : ones << position;
            T moved = position >= bits ? T.Zero : field << position;
            Lanes.Write(w.Slots + i->Destination, lane, (into & ~mask) | (moved & mask));
        }
    }

    /// <summary>Any function of three bits: bit 4a+2b+c of the table in <see cref="Instruction.Immediate"/>.</summary>
    public static void Lookup(Warp w, Instruction* i)
    {
        for (int k = 0; k < 4; k++)
        {
            Vector256<uint> a = Vector256.Load((uint*)(w.Slots + i->A + (k << 5)));
            Vector256<uint> b = Vector256.Load((uint*)(w.Slots + i->B + (k << 5)));
            Vector256<uint> c = Vector256.Load((uint*)(w.Slots + i->C + (k << 5)));
            Vector256<uint> result = default;
            for (int entry = 0; entry < 8; entry++)
            {
                if (((i->Immediate >> entry) & 1) != 0)
                {
                    result |= ((entry & 4) != 0 ? a : ~a) & ((entry & 2) != 0 ? b : ~b) & ((entry & 1) != 0 ? c : ~c);
                }
            }

            Lanes.Store(w.Slots + i->Destination, k, result, w.Mask);
        }
    }

    /// <summary>The upper (left) or lower (right) word of (C:A... B:A) shifted; counts from 32 clamp or wrap.</summary>
    internal readonly struct FunnelLeft : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => (uint)(((((ulong)b << 32) | a) << (int)Math.Min(c, 32)) >> 32);
    }

    internal readonly struct FunnelLeftWrap : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => FunnelLeft.Do(a, b, c & 31);
    }

    internal readonly struct FunnelRight : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => (uint)((((ulong)b << 32) | a) >> (int)Math.Min(c, 32));
    }

    internal readonly struct FunnelRightWrap : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => FunnelRight.Do(a, b, c & 31);
    }

    /// <summary>Ones in B bits from bit A on, as many as there are.</summary>
    internal readonly struct Mask : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => a >= 32 ? 0 : (uint)(((1ul << (int)Math.Min(b, 32)) - 1) << (int)a);
    }

    internal readonly struct MaskWrap : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => Mask.Do(a & 31, b & 31);
    }

    /// <summary>Extends the sign or zeros from a bit position.</summary>
    internal readonly struct ExtendSigned : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => b >= 32 ? a : b == 0 ? 0 : (uint)((int)(a << (32 - (int)b)) >> (32 - (int)b));
    }

    internal readonly struct ExtendSignedWrap : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => ExtendSigned.Do(a, b & 31);
    }

    internal readonly struct ExtendZero : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => b >= 32 ? a : a & ((1u << (int)b) - 1);
    }

    internal readonly struct ExtendZeroWrap : IBinary<uint>
    {
        public static uint Do(uint a, uint b) => ExtendZero.Do(a, b & 31);
    }
}
