using System.Numerics;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>
/// A real number as (−1)^IsNegative × Magnitude × 2^Exponent, an infinity, or not a number. IsMore says that the magnitude is a little larger than it says, by
/// less than one of its units.
/// </summary>
internal readonly record struct ExactNumber(bool IsNegative, BigInteger Magnitude, int Exponent, bool IsMore = false)
{
    private const int QuotientBits = 160;

    public bool IsNaN { get; private init; }

    public bool IsInfinite { get; private init; }

    public static ExactNumber NaN => new() { IsNaN = true };

    public bool IsZero => !IsNaN && !IsInfinite && Magnitude.IsZero;

    public static ExactNumber Infinity(bool negative) => new(negative, 1, 0) { IsInfinite = true };

    public static ExactNumber Of(BigInteger value) => new(value.Sign < 0, BigInteger.Abs(value), 0);

    public static ExactNumber operator -(ExactNumber a) => a with { IsNegative = !a.IsNegative };

    public ExactNumber Abs() => this with { IsNegative = false };

    /// <summary>a + b; a zero from two numbers that cancel is negative where rounding is downwards.</summary>
    public static ExactNumber Add(ExactNumber a, ExactNumber b, bool down)
    {
        if (a.IsNaN || b.IsNaN || (a.IsInfinite && b.IsInfinite && a.IsNegative != b.IsNegative))
        {
            return NaN;
        }

        if (a.IsInfinite || b.IsInfinite)
        {
            return a.IsInfinite ? a : b;
        }

        int exponent = Math.Min(a.Exponent, b.Exponent);
        BigInteger sum = a.Scaled(exponent) + b.Scaled(exponent);
        bool negative = !sum.IsZero ? sum.Sign < 0 : a.IsZero && b.IsZero && a.IsNegative == b.IsNegative ? a.IsNegative : down;
        return new ExactNumber(negative, BigInteger.Abs(sum), exponent);
    }

    public static ExactNumber operator *(ExactNumber a, ExactNumber b)
    {
        bool negative = a.IsNegative != b.IsNegative;
        if (a.IsNaN || b.IsNaN || (a.IsInfinite && b.IsZero) || (a.IsZero && b.IsInfinite))
        {
            return NaN;
        }

        return a.IsInfinite || b.IsInfinite ? Infinity(negative) : new ExactNumber(negative, a.Magnitude * b.Magnitude, a.Exponent + b.Exponent);
    }

    public static ExactNumber operator /(ExactNumber a, ExactNumber b)
    {
        bool negative = a.IsNegative != b.IsNegative;
        if (a.IsNaN || b.IsNaN || (a.IsInfinite && b.IsInfinite) || (a.IsZero && b.IsZero))
        {
            return NaN;
        }

        if (a.IsInfinite || b.IsZero)
        {
            return Infinity(negative);
        }

        if (b.IsInfinite)
        {
            return new ExactNumber(negative, 0, 0);
        }

        BigInteger quotient = BigInteger.DivRem(a.Magnitude << QuotientBits, b.Magnitude, out BigInteger rest);
        return new ExactNumber(negative, quotient, a.Exponent - b.Exponent - QuotientBits, !rest.IsZero);
    }

    public ExactNumber SquareRoot()
    {
        if (IsNaN || IsZero || (IsInfinite && !IsNegative))
        {
            return this;
        }

        if (IsNegative)
        {
            return NaN;
        }

        int even = Exponent - QuotientBits - ((Exponent - QuotientBits) & 1);
        BigInteger square = Magnitude << (Exponent - even);
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 2) / 2);
        for (BigInteger next = (root + (square / root)) >> 1; next < root; next = (root + (square / root)) >> 1)
        {
            root = next;
        }

        return new ExactNumber(false, root, even / 2, root * root != square);
    }

    /// <summary>−1, 0 or 1; neither number is NaN. Zeros are equal whatever their sign.</summary>
    public static int Compare(ExactNumber a, ExactNumber b)
    {
        if (a.IsInfinite || b.IsInfinite)
        {
            int left = a.IsInfinite ? a.IsNegative ? -1 : 1 : 0;
            int right = b.IsInfinite ? b.IsNegative ? -1 : 1 : 0;
            return left.CompareTo(right);
        }

        int exponent = Math.Min(a.Exponent, b.Exponent);
        return a.Scaled(exponent).CompareTo(b.Scaled(exponent));
    }

    /// <summary>The integer next to the number in a direction: n to nearest even, a to nearest away from zero, z towards zero, m down, p up.</summary>
    public BigInteger ToInteger(char direction)
    {
        BigInteger magnitude = Exponent >= 0 ? Magnitude << Exponent : Drop(-Exponent, direction);
        return IsNegative ? -magnitude : magnitude;
    }

    /// <summary>The magnitude without its last bits, rounded in a direction.</summary>
    public BigInteger Drop(int bits, char direction)
    {
        BigInteger kept = Magnitude >> bits;
        BigInteger rest = Magnitude - (kept << bits);
        bool exact = rest.IsZero && !IsMore;
        int half = (rest << 1).CompareTo(BigInteger.One << bits);
        half = half == 0 && IsMore ? 1 : half;
        bool up = direction switch
        {
            'n' => half > 0 || (half == 0 && !kept.IsEven),
            'a' => half >= 0,
            'm' => IsNegative && !exact,
            'p' => !IsNegative && !exact,
            _ => false,
        };
        return up ? kept + 1 : kept;
    }

    private BigInteger Scaled(int exponent) => (IsNegative ? -Magnitude : Magnitude) << (Exponent - exponent);
}
