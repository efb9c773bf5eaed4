using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A 16-bit floating-point format, eight numbers at a time in the low halves of 32-bit lanes.</summary>
internal interface IHalfFormat
{
    /// <summary>Mantissa bits without the leading one.</summary>
    static abstract int MantissaBits { get; }

    static abstract int MinExponent { get; }

    static abstract int MaxExponent { get; }

    /// <summary>Exact; the upper halves of the lanes are ignored.</summary>
    static abstract Vector256<float> Widen(Vector256<uint> bits);

    /// <summary>To nearest even; a NaN becomes 0x7fff; the upper halves are zero.</summary>
    static abstract Vector256<uint> Narrow(Vector256<float> value);

    static abstract float Widen(ushort bits);

    /// <summary>To nearest even; a NaN becomes 0x7fff.</summary>
    static abstract ushort Narrow(float value);
}

/// <summary>IEEE half precision.</summary>
internal readonly struct Fp16 : IHalfFormat
{
    public static int MantissaBits => 10;

    public static int MinExponent => -14;

    public static int MaxExponent => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<uint> bits)
    {
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFu);
        Vector256<uint> special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x7BFF)).AsUInt32() & Vector256.Create(0x7F800000u);
        Vector256<float> scaled = (magnitude << 13).AsSingle() * Vector256.Create(0x77800000u).AsSingle();
        return (scaled.AsUInt32() | special | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Narrow(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> sign = (bits >> 16) & Vector256.Create(0x8000u);
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFFFFFu);
        Vector256<uint> tiny = (magnitude.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3F000000u);
        Vector256<uint> normal = (magnitude + Vector256.Create(0xC8000FFFu) + ((magnitude >> 13) & Vector256<uint>.One)) >> 13;
        Vector256<uint> result = Vector256.ConditionalSelect(Vector256.LessThan(magnitude.AsInt32(), Vector256.Create(0x38800000)).AsUInt32(), tiny, normal);
        Vector256<uint> huge = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x477FFFFF)).AsUInt32();
        result = Vector256.ConditionalSelect(huge, Vector256.Create(0x7C00u), result) | sign;
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), result, Vector256.Create(0x7FFFu));
    }

    public static float Widen(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    public static ushort Narrow(float value) => float.IsNaN(value) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)value);
}

/// <summary>The upper half of single precision.</summary>
internal readonly struct Bf16 : IHalfFormat
{
    public static int MantissaBits => 7;

    public static int MinExponent => -126;

    public static int MaxExponent => 127;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<uint> bits) => (bits << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Narrow(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> result = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), result, Vector256.Create(0x7FFFu));
    }

    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort Narrow(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FFF : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
