using System.Numerics;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>A binary floating-point format: what its bits mean, and which bits a number gets.</summary>
internal sealed record FloatFormat(string Name, int Width, int ExponentBits, int MantissaBits, int Padding = 0)
{
    public static readonly FloatFormat Half = new("f16", 16, 5, 10);
    public static readonly FloatFormat Brain = new("bf16", 16, 8, 7);
    public static readonly FloatFormat Tf32 = new("tf32", 32, 8, 10, 13);
    public static readonly FloatFormat Single = new("f32", 32, 8, 23);
    public static readonly FloatFormat Double = new("f64", 64, 11, 52);

    public static readonly IReadOnlyList<FloatFormat> All = [Half, Brain, Single, Double];

    /// <summary>The NaN that operations give: all ones but the sign.</summary>
    public ulong NaN => SignBit - 1;

    public ulong One => Make(false, Bias, 0);

    public ulong Infinity => Make(false, Top, 0);

    public ulong Greatest => Make(false, Top - 1, (1ul << MantissaBits) - 1);

    public ulong SignBit => 1ul << (Width - 1);

    public int Bias => (1 << (ExponentBits - 1)) - 1;

    private int Top => (1 << ExponentBits) - 1;

    public static FloatFormat Of(string name) => All.Single(format => format.Name == name);

    public ulong Make(bool negative, int exponent, ulong mantissa) =>
        (negative ? SignBit : 0) | ((((ulong)exponent << MantissaBits) | mantissa) << Padding);

    public bool IsSubnormal(ulong bits) => Exponent(bits) == 0 && Mantissa(bits) != 0;

    public bool IsNegative(ulong bits) => (bits & SignBit) != 0;

    /// <summary>A subnormal as a zero of its sign.</summary>
    public ulong Flush(ulong bits) => IsSubnormal(bits) ? bits & SignBit : bits;

    public ExactNumber Decode(ulong bits)
    {
        int exponent = Exponent(bits);
        ulong mantissa = Mantissa(bits);
        if (exponent == Top)
        {
            return mantissa != 0 ? ExactNumber.NaN : ExactNumber.Infinity(IsNegative(bits));
        }

        return new ExactNumber(IsNegative(bits), exponent == 0 ? mantissa : mantissa | (1ul << MantissaBits), Math.Max(exponent, 1) - Bias - MantissaBits);
    }

    /// <summary>The bits of a number rounded in a direction (see <see cref="ExactNumber.ToInteger"/>).</summary>
    public ulong Round(ExactNumber value, char direction)
    {
        if (value.IsNaN || value.IsInfinite || value.IsZero)
        {
            return value.IsNaN ? NaN : (value.IsInfinite ? Infinity : 0) | (value.IsNegative ? SignBit : 0);
        }

        int last = Math.Max(value.Exponent + (int)value.Magnitude.GetBitLength() - 1, 1 - Bias) - MantissaBits;
        int drop = last - value.Exponent;
        BigInteger kept = drop <= 0 ? value.Magnitude << -drop : value.Drop(drop, direction);
        if (kept.GetBitLength() > MantissaBits + 1)
        {
            kept >>= 1;
            last++;
        }

        int exponent = kept.GetBitLength() <= MantissaBits ? 0 : last + MantissaBits + Bias;
        if (exponent >= Top)
        {
            bool infinite = direction is 'n' or 'a' || direction == (value.IsNegative ? 'm' : 'p');
            return (infinite ? Infinity : Greatest) | (value.IsNegative ? SignBit : 0);
        }

        return Make(value.IsNegative, exponent, (ulong)kept & ((1ul << MantissaBits) - 1));
    }

    /// <summary>Numbers at the edges of the format, some plain ones, and NaNs.</summary>
    public ulong[] Specials()
    {
        ulong ulp = 1ul << Padding;
        ulong[] positive =
        [
            0, ulp, Make(false, 0, (1ul << MantissaBits) - 1), Make(false, 1, 0), Make(false, 1, 1), One, One + ulp, One - ulp, Make(false, Bias, 1ul << (MantissaBits - 1)),
            Make(false, Bias + 1, 0), Make(false, Bias - 1, 0), Make(false, Bias - MantissaBits - 1, 0), Greatest, Infinity, NaN, Infinity | (ulp << (MantissaBits - 1)),
        ];
        return [.. positive, .. positive.Select(bits => bits | SignBit)];
    }

    private int Exponent(ulong bits) => (int)(bits >> (MantissaBits + Padding)) & Top;

    private ulong Mantissa(ulong bits) => (bits >> Padding) & ((1ul << MantissaBits) - 1);
}
