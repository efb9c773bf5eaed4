using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Double precision rounded towards zero, down or up (the direction is in <see cref="Instruction.Immediate"/>), with integers of any length.</summary>
internal static unsafe class DirectedDouble
{
    private const int MinExponent = -1074;

    internal interface IOperation
    {
        static abstract double Do(double a, double b, double c, PtxRounding rounding);
    }

    internal readonly struct Add : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => MultiplyAdd.Do(a, 1, b, rounding);
    }

    internal readonly struct Subtract : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => MultiplyAdd.Do(a, 1, -b, rounding);
    }

    internal readonly struct Multiply : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding)
        {
            double nearest = a * b;
            return !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0
                ? nearest
                : Round(Mantissa(a) * Mantissa(b), Exponent(a) + Exponent(b), false, rounding);
        }
    }

    internal readonly struct MultiplyAdd : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding)
        {
            if (!double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c))
            {
                return Math.FusedMultiplyAdd(a, b, c);
            }

            BigInteger product = Mantissa(a) * Mantissa(b);
            BigInteger addend = Mantissa(c);
            int productExponent = Exponent(a) + Exponent(b);
            int exponent = Math.Min(productExponent, Exponent(c));
            BigInteger sum = (product << (productExponent - exponent)) + (addend << (Exponent(c) - exponent));
            if (!sum.IsZero)
            {
                return Round(sum, exponent, false, rounding);
            }

            bool negativeProduct = double.IsNegative(a) != double.IsNegative(b);
            bool sameZeros = product.IsZero && negativeProduct == double.IsNegative(c);
            return (sameZeros ? negativeProduct : rounding == PtxRounding.Down) ? -0.0 : 0.0;
        }
    }

    internal readonly struct Divide : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding)
        {
            if (!double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0)
            {
                return a / b;
            }

            BigInteger quotient = BigInteger.DivRem(Mantissa(a) << 128, Mantissa(b), out BigInteger rest);
            return Round(quotient, Exponent(a) - Exponent(b) - 128, !rest.IsZero, rounding);
        }
    }

    internal readonly struct Reciprocal : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Divide.Do(1, a, 0, rounding);
    }

    internal readonly struct SquareRoot : IOperation
    {
        public static double Do(double a, double b, double c, PtxRounding rounding)
        {
            double root = Math.Sqrt(a);
            if (!double.IsFinite(root) || root == 0)
            {
                return root;
            }

            // root is within half a unit of the exact one: its exact square says on which side.
            int side = (Mantissa(a) << (2200 + Exponent(a))).CompareTo((Mantissa(root) * Mantissa(root)) << (2200 + (2 * Exponent(root))));
            return rounding == PtxRounding.Up
                ? side > 0 ? Math.BitIncrement(root) : root
                : side < 0 ? Math.BitDecrement(root) : root;
        }
    }

    public static void Execute<TOp>(Warp w, Instruction* i)
        where TOp : struct, IOperation
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            double a = Lanes.Read<double>(w.Slots + i->A, lane);
            double b = Lanes.Read<double>(w.Slots + i->B, lane);
            double c = Lanes.Read<double>(w.Slots + i->C, lane);
            Lanes.Write(w.Slots + i->Destination, lane, TOp.Do(a, b, c, (PtxRounding)i->Immediate));
        }
    }

    /// <summary>The number mantissa × 2^exponent, with a little more of the same sign where <paramref name="more"/> says so.</summary>
    private static double Round(BigInteger mantissa, int exponent, bool more, PtxRounding rounding)
    {
        bool negative = mantissa.Sign < 0;
        BigInteger magnitude = BigInteger.Abs(mantissa);
        int drop = Math.Max((int)magnitude.GetBitLength() - 53, MinExponent - exponent);
        if (drop < 0)
        {
            magnitude <<= -drop;
        }
        else
        {
            BigInteger kept = magnitude >> drop;
            more |= kept << drop != magnitude;
            magnitude = kept;
        }

        if (more && ((rounding == PtxRounding.Up && !negative) || (rounding == PtxRounding.Down && negative)))
        {
            magnitude += 1;
        }

        double result = Math.ScaleB((double)(ulong)magnitude, exponent + drop);
        if (double.IsInfinity(result) && (rounding == PtxRounding.Zero || (rounding == PtxRounding.Up) == negative))
        {
            result = double.MaxValue;
        }

        return negative ? -result : result;
    }

    /// <summary>The signed mantissa of a finite number.</summary>
    private static BigInteger Mantissa(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        long mantissa = bits & ((1L << 52) - 1);
        if (((bits >> 52) & 0x7FF) != 0)
        {
            mantissa |= 1L << 52;
        }

        return bits < 0 ? -mantissa : mantissa;
    }

    private static int Exponent(double value) => Math.Max((int)((BitConverter.DoubleToInt64Bits(value) >> 52) & 0x7FF), 1) - 1075;
}
