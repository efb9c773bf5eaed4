using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Arithmetic;

/// <summary>What the operands of a product are rounded to before it; the products themselves are exact in the accumulator's type.</summary>
internal enum OperandRounding
{
    /// <summary>Nothing: they are used as stored.</summary>
    None,

    /// <summary>10 bits of mantissa and float's exponent, to nearest with ties to even.</summary>
    TensorFloat32,

    /// <summary>Half precision; what is too large becomes infinite.</summary>
    Float16,

    BFloat16,
}

/// <summary>Rounds operands in place.</summary>
internal static class OperandRoundings
{
    public static void Apply(OperandRounding rounding, Span<float> values)
    {
        switch (rounding)
        {
            case OperandRounding.TensorFloat32:
                KeepUpperBits(values, 13);
                break;
            case OperandRounding.BFloat16:
                KeepUpperBits(values, 16);
                break;
            case OperandRounding.Float16:
                foreach (ref float value in values)
                {
                    value = (float)(Half)value;
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Drops the lower bits of each float, rounded to nearest even. NaN and infinity stay what they are.</summary>
    private static void KeepUpperBits(Span<float> values, int dropped)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        Vector256<uint> half = Vector256.Create((1u << (dropped - 1)) - 1);
        Vector256<uint> mask = Vector256.Create(~((1u << dropped) - 1));
        Vector256<uint> exponent = Vector256.Create(0x7F800000u);
        int i = 0;
        for (; i <= bits.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            Vector256<uint> value = Vector256.Create<uint>(bits.Slice(i, Vector256<uint>.Count));
            Vector256<uint> rounded = (value + half + (Vector256.ShiftRightLogical(value, dropped) & Vector256<uint>.One)) & mask;
            Vector256<uint> special = Vector256.Equals(value & exponent, exponent);
            Vector256.ConditionalSelect(special, value, rounded).CopyTo(bits[i..]);
        }

        for (; i < bits.Length; i++)
        {
            uint value = bits[i];
            if ((value & 0x7F800000u) != 0x7F800000u)
            {
                bits[i] = (value + half[0] + ((value >> dropped) & 1)) & mask[0];
            }
        }
    }
}
