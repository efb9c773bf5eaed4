namespace CudaNet.Emulator.Ptx;

/// <summary>The value of a constant expression: 64 bits of an integer, or a floating-point number.</summary>
/// <param name="Integer">The bits; of a floating-point one those of the double.</param>
/// <param name="IsUnsigned">Division, shifts and comparisons go by unsigned rules.</param>
/// <param name="IsFloat">It is a floating-point number.</param>
/// <param name="SingleBits">The bits of an <c>0f</c> constant, which a conversion would not keep for a NaN.</param>
internal readonly record struct PtxConstant(long Integer, bool IsUnsigned, bool IsFloat = false, uint? SingleBits = null)
{
    public double Float => BitConverter.Int64BitsToDouble(Integer);

    public bool IsZero => IsFloat ? Float == 0 : Integer == 0;

    public static PtxConstant Of(double value) => new(BitConverter.DoubleToInt64Bits(value), false, true);

    public static PtxConstant Of(bool value) => new(value ? 1 : 0, false);

    /// <summary>The bits that an operand of a type has; the value must be of the type's kind.</summary>
    public ulong BitsAs(PtxType type)
    {
        if (type == PtxType.Pred)
        {
            return Integer == 0 ? 0UL : 1UL;
        }

        int width = type.Bits();
        ulong bits = IsFloat && width == 32 ? SingleBits ?? BitConverter.SingleToUInt32Bits((float)Float) : (ulong)Integer;
        return width >= 64 ? bits : bits & ((1UL << width) - 1);
    }
}
