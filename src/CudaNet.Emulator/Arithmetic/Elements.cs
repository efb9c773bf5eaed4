using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Arithmetic;

/// <summary>Reads and writes rows of elements as float or double: the two types that library calls compute in.</summary>
internal static class Elements
{
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Float64 => 8,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>Reads <c>destination.Length</c> elements, each <paramref name="stride"/> elements after the one before.</summary>
    public static void Read<T>(ReadOnlySpan<byte> source, ElementType type, int stride, Span<T> destination)
        where T : unmanaged
    {
        switch (type)
        {
            case ElementType.Float32:
                ReadRow<float, T, FromFloat<T>>(source, stride, destination);
                break;
            case ElementType.Float64:
                ReadRow<double, T, FromDouble<T>>(source, stride, destination);
                break;
            case ElementType.Float16:
                ReadRow<Half, T, FromHalf<T>>(source, stride, destination);
                break;
            case ElementType.BFloat16:
                ReadRow<ushort, T, FromBFloat16<T>>(source, stride, destination);
                break;
            case ElementType.Int8:
                ReadRow<sbyte, T, FromInt8<T>>(source, stride, destination);
                break;
            case ElementType.UInt8:
                ReadRow<byte, T, FromUInt8<T>>(source, stride, destination);
                break;
            default:
                ReadRow<int, T, FromInt32<T>>(source, stride, destination);
                break;
        }
    }

    /// <summary>Writes each value rounded once, to nearest with ties to even; integers saturate.</summary>
    public static void Write<T>(ReadOnlySpan<T> source, ElementType type, int stride, Span<byte> destination)
        where T : unmanaged
    {
        switch (type)
        {
            case ElementType.Float32:
                WriteRow<float, T, FromFloat<T>>(source, stride, destination);
                break;
            case ElementType.Float64:
                WriteRow<double, T, FromDouble<T>>(source, stride, destination);
                break;
            case ElementType.Float16:
                WriteRow<Half, T, FromHalf<T>>(source, stride, destination);
                break;
            case ElementType.BFloat16:
                WriteRow<ushort, T, FromBFloat16<T>>(source, stride, destination);
                break;
            case ElementType.Int8:
                WriteRow<sbyte, T, FromInt8<T>>(source, stride, destination);
                break;
            case ElementType.UInt8:
                WriteRow<byte, T, FromUInt8<T>>(source, stride, destination);
                break;
            default:
                WriteRow<int, T, FromInt32<T>>(source, stride, destination);
                break;
        }
    }

    private static void ReadRow<TStored, T, TConversion>(ReadOnlySpan<byte> source, int stride, Span<T> destination)
        where TStored : unmanaged
        where T : unmanaged
        where TConversion : struct, IConversion<TStored, T>
    {
        ReadOnlySpan<TStored> stored = MemoryMarshal.Cast<byte, TStored>(source);
        if (stride == 1 && typeof(TStored) == typeof(T))
        {
            MemoryMarshal.Cast<TStored, T>(stored)[..destination.Length].CopyTo(destination);
            return;
        }

        int from = 0;
        foreach (ref T value in destination)
        {
            value = TConversion.Widen(stored[from]);
            from += stride;
        }
    }

    private static void WriteRow<TStored, T, TConversion>(ReadOnlySpan<T> source, int stride, Span<byte> destination)
        where TStored : unmanaged
        where T : unmanaged
        where TConversion : struct, IConversion<TStored, T>
    {
        Span<TStored> stored = MemoryMarshal.Cast<byte, TStored>(destination);
        int to = 0;
        foreach (T value in source)
        {
            stored[to] = TConversion.Round(value);
            to += stride;
        }
    }

    private interface IConversion<TStored, T>
    {
        static abstract T Widen(TStored stored);

        static abstract TStored Round(T value);
    }

    private readonly struct FromFloat<T> : IConversion<float, T>
        where T : unmanaged
    {
        public static T Widen(float stored) => Real.From<T>(stored);

        public static float Round(T value) => (float)Real.ToDouble(value);
    }

    private readonly struct FromDouble<T> : IConversion<double, T>
        where T : unmanaged
    {
        public static T Widen(double stored) => Real.From<T>(stored);

        public static double Round(T value) => Real.ToDouble(value);
    }

    private readonly struct FromHalf<T> : IConversion<Half, T>
        where T : unmanaged
    {
        public static T Widen(Half stored) => Real.From<T>((float)stored);

        public static Half Round(T value) => typeof(T) == typeof(float) ? (Half)Unsafe.BitCast<T, float>(value) : (Half)Real.ToDouble(value);
    }

    private readonly struct FromBFloat16<T> : IConversion<ushort, T>
        where T : unmanaged
    {
        public static T Widen(ushort stored) => Real.From<T>(BFloat16Bits.ToSingle(stored));

        public static ushort Round(T value) => BFloat16Bits.FromSingle((float)Real.ToDouble(value));
    }

    private readonly struct FromInt8<T> : IConversion<sbyte, T>
        where T : unmanaged
    {
        public static T Widen(sbyte stored) => Real.From<T>((float)stored);

        public static sbyte Round(T value) => (sbyte)Math.Clamp(Math.Round(Real.ToDouble(value)), sbyte.MinValue, sbyte.MaxValue);
    }

    private readonly struct FromUInt8<T> : IConversion<byte, T>
        where T : unmanaged
    {
        public static T Widen(byte stored) => Real.From<T>((float)stored);

        public static byte Round(T value) => (byte)Math.Clamp(Math.Round(Real.ToDouble(value)), byte.MinValue, byte.MaxValue);
    }

    private readonly struct FromInt32<T> : IConversion<int, T>
        where T : unmanaged
    {
        public static T Widen(int stored) => Real.From<T>((double)stored);

        public static int Round(T value) => (int)Math.Clamp(Math.Round(Real.ToDouble(value)), int.MinValue, int.MaxValue);
    }
}
