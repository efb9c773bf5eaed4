using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Arithmetic of fp16 and bf16, one number or two in a register, rounded once: sums, differences and products of 16-bit numbers may be rounded to single
/// precision first without changing the result; fused multiply-adds go through double precision rounded to odd.
/// </summary>
internal static class HalfUnit
{
    internal readonly struct Unary<TFormat, TOp> : IVectorUnary<uint>
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorUnary<float>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => TFormat.Narrow(TOp.Do(TFormat.Widen(a)));
    }

    internal readonly struct Binary<TFormat, TOp> : IVectorBinary<uint>
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorBinary<float>
    {
        public static Vector256<uint> Do(Vector256<uint> a, Vector256<uint> b) => TFormat.Narrow(TOp.Do(TFormat.Widen(a), TFormat.Widen(b)));
    }

    /// <summary>Flush of subnormal halves around an operation.</summary>
    internal readonly struct FlushedBinary<TFormat, TOp> : IVectorBinary<uint>
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorBinary<float>
    {
        public static Vector256<uint> Do(Vector256<uint> a, Vector256<uint> b) =>
            Flush<TFormat>(Binary<TFormat, TOp>.Do(Flush<TFormat>(a), Flush<TFormat>(b)));
    }

    /// <summary>Flush of subnormal halves before a change of sign.</summary>
    internal readonly struct FlushedUnary<TFormat, TOp> : IVectorUnary<uint>
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorUnary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => TOp.Do(Flush<TFormat>(a));
    }

    /// <summary>Both halves of a register.</summary>
    internal readonly struct PackedUnary<TOp> : IVectorUnary<uint>
        where TOp : struct, IVectorUnary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => TOp.Do(a & Vector256.Create(0xFFFFu)) | (TOp.Do(a >> 16) << 16);
    }

    /// <summary>Both halves of a register.</summary>
    internal readonly struct PackedBinary<TOp> : IVectorBinary<uint>
        where TOp : struct, IVectorBinary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a, Vector256<uint> b) =>
            TOp.Do(a & Vector256.Create(0xFFFFu), b & Vector256.Create(0xFFFFu)) | (TOp.Do(a >> 16, b >> 16) << 16);
    }

    internal readonly struct FlipSign : IVectorUnary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => a ^ Vector256.Create(0x8000u);
    }

    internal readonly struct ClearSign : IVectorUnary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a) => a & Vector256.Create(0x7FFFu);
    }

    /// <summary>Saturates the float result of an operation to [0, 1] before it is narrowed.</summary>
    internal readonly struct Saturated<TOp> : IVectorBinary<float>
        where TOp : struct, IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => FloatUnit.Finish<No, Yes>(TOp.Do(a, b));
    }

    /// <summary>Half fused multiply-add; <see cref="Instruction.Immediate"/> says what follows: bit 0 saturate, bit 1 rectify, bit 2 flush, bit 3 both halves.</summary>
    public static unsafe void MultiplyAdd<TFormat>(Warp w, Instruction* i)
        where TFormat : struct, IHalfFormat
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint a = Lanes.Read<uint>(w.Slots + i->A, lane);
            uint b = Lanes.Read<uint>(w.Slots + i->B, lane);
            uint c = Lanes.Read<uint>(w.Slots + i->C, lane);
            uint result = MultiplyAdd<TFormat>((ushort)a, (ushort)b, (ushort)c, i->Immediate);
            if ((i->Immediate & 8) != 0)
            {
                result |= (uint)MultiplyAdd<TFormat>((ushort)(a >> 16), (ushort)(b >> 16), (ushort)(c >> 16), i->Immediate) << 16;
            }

            Lanes.Write(w.Slots + i->Destination, lane, result);
        }
    }

    /// <summary>a × b + c rounded once, options as in <see cref="MultiplyAdd{TFormat}(Warp, Instruction*)"/>.</summary>
    public static ushort MultiplyAdd<TFormat>(ushort a, ushort b, ushort c, long options)
        where TFormat : struct, IHalfFormat
    {
        bool flush = (options & 4) != 0;
        double exact = Rounding.MultiplyAdd(Load<TFormat>(a, flush), Load<TFormat>(b, flush), Load<TFormat>(c, flush), PtxRounding.Nearest);
        if ((options & 1) != 0)
        {
            exact = exact > 0 ? Math.Min(exact, 1) : 0;
        }
        else if ((options & 2) != 0 && exact <= 0)
        {
            exact = 0;
        }

        float rounded = (float)Rounding.To(exact, TFormat.MantissaBits, TFormat.MinExponent, TFormat.MaxExponent, PtxRounding.Nearest);
        return Flush<TFormat>(TFormat.Narrow(rounded), flush);
    }

    /// <summary>Subnormals of the lower halves as zeros of their sign; the upper halves are cleared.</summary>
    public static Vector256<uint> Flush<TFormat>(Vector256<uint> a)
        where TFormat : struct, IHalfFormat
    {
        Vector256<uint> exponent = Vector256.Create(((1u << (15 - TFormat.MantissaBits)) - 1) << TFormat.MantissaBits);
        return Vector256.ConditionalSelect(Vector256.Equals(a & exponent, Vector256<uint>.Zero), a & Vector256.Create(0x8000u), a & Vector256.Create(0xFFFFu));
    }

    /// <summary>A subnormal as a zero of its sign, where that is asked for.</summary>
    public static ushort Flush<TFormat>(ushort bits, bool flush)
        where TFormat : struct, IHalfFormat => flush && (bits & 0x7FFF) >> TFormat.MantissaBits == 0 ? (ushort)(bits & 0x8000) : bits;

    private static float Load<TFormat>(ushort bits, bool flush)
        where TFormat : struct, IHalfFormat => TFormat.Widen(Flush<TFormat>(bits, flush));
}
