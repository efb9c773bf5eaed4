namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Arithmetic rounded once in any direction. Results are computed in double precision and rounded to odd: the last bit is set where anything was lost, so
/// that rounding to a format at least two bits shorter gives what rounding the exact result would.
/// </summary>
internal static class Rounding
{
    public static double Add(double a, double b, PtxRounding rounding)
    {
        double sum = a + b;
        if (sum == 0)
        {
            return a == 0 && b == 0 && double.IsNegative(a) == double.IsNegative(b) ? a : rounding == PtxRounding.Down ? -0.0 : 0.0;
        }

        if (!double.IsFinite(sum))
        {
            return sum;
        }

        double part = sum - a;
        return Odd(sum, (a - (sum - part)) + (b - part));
    }

    /// <summary>The product of numbers of single precision or less is exact in double precision.</summary>
    public static double MultiplyAdd(double a, double b, double c, PtxRounding rounding) => Add(a * b, c, rounding);

    public static double Divide(double a, double b)
    {
        double quotient = a / b;
        if (!double.IsFinite(quotient) || double.IsInfinity(b) || quotient == 0)
        {
            return quotient;
        }

        double rest = Math.FusedMultiplyAdd(-quotient, b, a);
        return Odd(quotient, double.IsNegative(b) ? -rest : rest);
    }

    public static double SquareRoot(double a)
    {
        double root = Math.Sqrt(a);
        return !double.IsFinite(root) || root == 0 ? root : Odd(root, Math.FusedMultiplyAdd(-root, root, a));
    }

    /// <summary>A 64-bit integer; smaller ones are exact.</summary>
    public static double FromInteger(long a) => Add((double)(a >> 32) * 4294967296.0, (uint)a, PtxRounding.Nearest);

    public static double FromInteger(ulong a) => Add((double)(a >> 32) * 4294967296.0, (uint)a, PtxRounding.Nearest);

    /// <summary>To a format of <paramref name="bits"/> mantissa bits (without the leading one) and the exponents given, as a double that it holds exactly.</summary>
    public static double To(double value, int bits, int minExponent, int maxExponent, PtxRounding rounding)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        int exponent = Math.Max(Math.ILogB(value), minExponent);
        double scaled = Math.ScaleB(value, bits - exponent);
        double rounded = ToInteger(scaled, rounding);
        double result = Math.ScaleB(rounded, exponent - bits);
        double largest = Math.ScaleB(2 - Math.ScaleB(1, -bits), maxExponent);
        if (Math.Abs(result) > largest)
        {
            bool infinite = rounding is PtxRounding.None or PtxRounding.Nearest or PtxRounding.NearestAway
                || (rounding == PtxRounding.Up && value > 0) || (rounding == PtxRounding.Down && value < 0);
            return Math.CopySign(infinite ? double.PositiveInfinity : largest, value);
        }

        return rounded == 0 ? Math.CopySign(0, value) : result;
    }

    public static float ToSingle(double value, PtxRounding rounding) => (float)To(value, 23, -126, 127, rounding);

    /// <summary>To an integer as a double, by the rounding's direction whether it is an integer rounding or not.</summary>
    public static double ToInteger(double value, PtxRounding rounding) => rounding switch
    {
        PtxRounding.Zero or PtxRounding.ZeroInteger => Math.Truncate(value),
        PtxRounding.Down or PtxRounding.DownInteger => Math.Floor(value),
        PtxRounding.Up or PtxRounding.UpInteger => Math.Ceiling(value),
        PtxRounding.NearestAway => Math.Round(value, MidpointRounding.AwayFromZero),
        _ => Math.Round(value, MidpointRounding.ToEven),
    };

    /// <summary>The exact number value + error, |error| at most half a unit of value, with all that does not fit in the last bit.</summary>
    private static double Odd(double value, double error)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        if (error == 0 || (bits & 1) != 0)
        {
            return value;
        }

        return BitConverter.Int64BitsToDouble(double.IsNegative(error) == double.IsNegative(value) ? bits + 1 : bits - 1);
    }
}
