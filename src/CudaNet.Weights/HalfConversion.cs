using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Weights;

/// <summary>Little-endian fp16 to fp32, exactly, sixteen at a time: most of the time that opening a model stored as fp16 takes.</summary>
internal static class HalfConversion
{
    private const ushort SignBit = 0x8000, MagnitudeBits = 0x7FFF, LargestFinite = 0x7BFF;

    /// <summary>Bits of the fraction that fp32 has more.</summary>
    private const int FractionShift = 23 - 10;

    /// <summary>2¹¹²: fp32's exponent is biased by 127, fp16's by 15. The product is exact, that of a subnormal number too.</summary>
    private const float Rebias = 5.192296858534828e33f;

    /// <param name="source">Two bytes an element, at any address.</param>
    /// <param name="destination">As many values.</param>
    // Compiled once and whole: a process opens few models, and would spend them on code that is not optimised yet.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToSingle(ReadOnlySpan<byte> source, Span<float> destination)
    {
        int done = 0;
        if (BitConverter.IsLittleEndian)
        {
            ref ushort from = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(source[..(2 * destination.Length)]));
            ref float to = ref MemoryMarshal.GetReference(destination);
            for (; done <= destination.Length - Vector256<ushort>.Count; done += Vector256<ushort>.Count)
            {
                Vector256<ushort> halves = Vector256.LoadUnsafe(ref from, (nuint)done);
                Vector256<ushort> magnitudes = halves & Vector256.Create(MagnitudeBits);
                if (Vector256.GreaterThanAny(magnitudes.AsInt16(), Vector256.Create((short)LargestFinite)))
                {
                    // Infinities and NaN, which have no exponent to rebias.
                    OneByOne(source.Slice(2 * done, 2 * Vector256<ushort>.Count), destination.Slice(done, Vector256<ushort>.Count));
                    continue;
                }

                Vector256<ushort> signs = halves & Vector256.Create(SignBit);
                Widen(Vector256.WidenLower(magnitudes), Vector256.WidenLower(signs)).StoreUnsafe(ref to, (nuint)done);
                Widen(Vector256.WidenUpper(magnitudes), Vector256.WidenUpper(signs)).StoreUnsafe(ref to, (nuint)(done + Vector256<float>.Count));
            }
        }

        OneByOne(source[(2 * done)..], destination[done..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> magnitudes, Vector256<uint> signs) =>
        ((magnitudes << FractionShift).AsSingle() * Rebias) | (signs << 16).AsSingle();

    private static void OneByOne(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]);
        }
    }
}
