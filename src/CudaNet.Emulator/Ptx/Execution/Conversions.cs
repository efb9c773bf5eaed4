using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// <c>cvt</c> in all its combinations. <see cref="Instruction.Immediate"/> is the rounding, <see cref="Instruction.Extra"/> the options below.
/// A float that does not fit an integer gives the nearest one that does; NaN gives zero.
/// </summary>
internal static unsafe class Conversions
{
    public const int Flush = 1;
    public const int Saturate = 2;
    public const int Relu = 4;

    /// <summary>A floating-point format in a lane.</summary>
    internal interface IFormat
    {
        static abstract double Load(byte* slot, int lane);

        /// <summary>Rounds and writes; a subnormal single becomes a zero where flushing is asked for.</summary>
        static abstract void Store(byte* slot, int lane, double value, PtxRounding rounding, bool flush);

        static abstract bool IsSubnormal(double value);
    }

    internal readonly struct Single : IFormat
    {
        public static double Load(byte* slot, int lane) => Lanes.Read<float>(slot, lane);

        public static void Store(byte* slot, int lane, double value, PtxRounding rounding, bool flush) =>
            Lanes.Write(slot, lane, DirectedFloat.Finish((float)Rounding.To(value, 23, -126, 127, rounding), flush, false));

        public static bool IsSubnormal(double value) => value != 0 && Math.Abs(value) < 1.1754943508222875e-38;
    }

    internal readonly struct Tf32 : IFormat
    {
        public static double Load(byte* slot, int lane) => Lanes.Read<float>(slot, lane);

        public static void Store(byte* slot, int lane, double value, PtxRounding rounding, bool flush) =>
            Lanes.Write(slot, lane, DirectedFloat.Finish((float)Rounding.To(value, 10, -126, 127, rounding), flush, false));

        public static bool IsSubnormal(double value) => Single.IsSubnormal(value);
    }

    internal readonly struct Double : IFormat
    {
        public static double Load(byte* slot, int lane) => Lanes.Read<double>(slot, lane);

        public static void Store(byte* slot, int lane, double value, PtxRounding rounding, bool flush) => Lanes.Write(slot, lane, value);

        public static bool IsSubnormal(double value) => false;
    }

    internal readonly struct Half<TFormat> : IFormat
        where TFormat : struct, IHalfFormat
    {
        public static double Load(byte* slot, int lane) => TFormat.Widen(Lanes.Read<ushort>(slot, lane));

        public static void Store(byte* slot, int lane, double value, PtxRounding rounding, bool flush) =>
            Lanes.Write(slot, lane, TFormat.Narrow((float)Rounding.To(value, TFormat.MantissaBits, TFormat.MinExponent, TFormat.MaxExponent, rounding)));

        public static bool IsSubnormal(double value) => false;
    }

    public static void FloatToFloat<TTo, TFrom>(Warp w, Instruction* i)
        where TTo : struct, IFormat
        where TFrom : struct, IFormat
    {
        PtxRounding rounding = (PtxRounding)i->Immediate;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            double value = Load<TFrom>(w, i, lane);
            value = rounding >= PtxRounding.NearestInteger && value != 0 ? Math.CopySign(Rounding.ToInteger(value, rounding), value) : value;
            value = (i->Extra & Saturate) != 0 ? (value > 0 ? Math.Min(value, 1) : 0) : value;
            value = (i->Extra & Relu) != 0 && value <= 0 ? 0 : value;
            TTo.Store(w.Slots + i->Destination, lane, value, rounding, (i->Extra & Flush) != 0);
        }
    }

    private static double Load<TFrom>(Warp w, Instruction* i, int lane)
        where TFrom : struct, IFormat
    {
        double value = TFrom.Load(w.Slots + i->A, lane);
        return (i->Extra & Flush) != 0 && TFrom.IsSubnormal(value) ? Math.CopySign(0, value) : value;
    }

    /// <summary>Two floats to a pair of halves: A the upper, B the lower.</summary>
    public static void PackPair<TFormat>(Warp w, Instruction* i)
        where TFormat : struct, IHalfFormat
    {
        bool relu = (i->Extra & Relu) != 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint high = Pack(Lanes.Read<float>(w.Slots + i->A, lane));
            uint low = Pack(Lanes.Read<float>(w.Slots + i->B, lane));
            Lanes.Write(w.Slots + i->Destination, lane, (high << 16) | low);
        }

        uint Pack(float value) => TFormat.Narrow((float)Rounding.To(
            relu && value <= 0 ? 0 : value, TFormat.MantissaBits, TFormat.MinExponent, TFormat.MaxExponent, (PtxRounding)i->Immediate));
    }

    public static void FloatToInteger<TTo, TFrom>(Warp w, Instruction* i)
        where TTo : unmanaged, IBinaryInteger<TTo>
        where TFrom : struct, IFormat
    {
        PtxRounding rounding = (PtxRounding)i->Immediate;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            double value = Rounding.ToInteger(Load<TFrom>(w, i, lane), rounding);
            Integer(w.Slots + i->Destination, lane, TTo.CreateSaturating(double.IsNaN(value) ? 0 : value), i->Traits);
        }
    }

    public static void IntegerToFloat<TTo, TFrom>(Warp w, Instruction* i)
        where TTo : struct, IFormat
        where TFrom : unmanaged, IBinaryInteger<TFrom>
    {
        PtxRounding rounding = (PtxRounding)i->Immediate;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            TFrom a = Lanes.Read<TFrom>(w.Slots + i->A, lane);
            double value = sizeof(TFrom) < 8 ? double.CreateTruncating(a)
                : T64IsSigned(a) ? FromSigned<TTo>(long.CreateTruncating(a), rounding) : FromUnsigned<TTo>(ulong.CreateTruncating(a), rounding);
            value = (i->Extra & Saturate) != 0 ? Math.Clamp(value, 0, 1) : value;
            TTo.Store(w.Slots + i->Destination, lane, value, rounding, false);
        }
    }

    public static void IntegerToInteger<TTo, TFrom>(Warp w, Instruction* i)
        where TTo : unmanaged, IBinaryInteger<TTo>
        where TFrom : unmanaged, IBinaryInteger<TFrom>
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            TFrom a = Lanes.Read<TFrom>(w.Slots + i->A, lane);
            Integer(w.Slots + i->Destination, lane, (i->Extra & Saturate) != 0 ? TTo.CreateSaturating(a) : TTo.CreateTruncating(a), i->Traits);
        }
    }

    /// <summary>A result narrower than its register is extended by its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Integer<T>(byte* slot, int lane, T value, InstructionTraits traits)
        where T : unmanaged, IBinaryInteger<T>
    {
        if ((traits & InstructionTraits.WideData) != 0)
        {
            Lanes.Write(slot, lane, ulong.CreateTruncating(value));
        }
        else if ((traits & InstructionTraits.Half) != 0)
        {
            Lanes.Write(slot, lane, ushort.CreateTruncating(value));
        }
        else
        {
            Lanes.Write(slot, lane, uint.CreateTruncating(value));
        }
    }

    private static bool T64IsSigned<T>(T a) => a is long;

    private static double FromSigned<TTo>(long a, PtxRounding rounding)
        where TTo : struct, IFormat =>
        typeof(TTo) != typeof(Double) ? Rounding.FromInteger(a)
        : rounding is PtxRounding.None or PtxRounding.Nearest ? a : DirectedDouble.Add.Do((double)(a >> 32) * 4294967296.0, (uint)a, 0, rounding);

    private static double FromUnsigned<TTo>(ulong a, PtxRounding rounding)
        where TTo : struct, IFormat =>
        typeof(TTo) != typeof(Double) ? Rounding.FromInteger(a)
        : rounding is PtxRounding.None or PtxRounding.Nearest
            ? ((double)(a >> 32) * 4294967296.0) + (uint)a
            : DirectedDouble.Add.Do((double)(a >> 32) * 4294967296.0, (uint)a, 0, rounding);

    /// <summary>fp16 to single precision, exactly.</summary>
    internal readonly struct WidenHalf<TFormat> : IVectorUnary<uint>
        where TFormat : struct, IHalfFormat
    {
        public static Vector256<uint> Do(Vector256<uint> a) => FloatUnit.Finish<No, No>(TFormat.Widen(a)).AsUInt32();
    }

    internal readonly struct NarrowHalf<TFormat> : IVectorUnary<uint>
        where TFormat : struct, IHalfFormat
    {
        public static Vector256<uint> Do(Vector256<uint> a) => TFormat.Narrow(a.AsSingle());
    }

    internal readonly struct SignedToSingle : IVectorUnary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => Vector256.ConvertToSingle(a.AsInt32()).AsUInt32();
    }

    internal readonly struct UnsignedToSingle : IUnary<float, uint>
    {
        public static float Do(uint a) => a;
    }
}
