namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Arithmetic of double precision. A NaN is what IEEE 754 leaves to the machine.</summary>
internal static class DoubleUnit
{
    internal readonly struct Add : IBinary<double>
    {
        public static double Do(double a, double b) => a + b;
    }

    internal readonly struct Subtract : IBinary<double>
    {
        public static double Do(double a, double b) => a - b;
    }

    internal readonly struct Multiply : IBinary<double>
    {
        public static double Do(double a, double b) => a * b;
    }

    internal readonly struct Divide : IBinary<double>
    {
        public static double Do(double a, double b) => a / b;
    }

    internal readonly struct Min : IBinary<double>
    {
        public static double Do(double a, double b) => double.MinNumber(a, b);
    }

    internal readonly struct Max : IBinary<double>
    {
        public static double Do(double a, double b) => double.MaxNumber(a, b);
    }

    internal readonly struct MultiplyAdd : ITernary<double>
    {
        public static double Do(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);
    }

    internal readonly struct Negate : IUnary<double, double>
    {
        public static double Do(double a) => BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(a) ^ (1ul << 63));
    }

    internal readonly struct Abs : IUnary<double, double>
    {
        public static double Do(double a) => Math.Abs(a);
    }

    internal readonly struct SquareRoot : IUnary<double, double>
    {
        public static double Do(double a) => Math.Sqrt(a);
    }

    internal readonly struct Reciprocal : IUnary<double, double>
    {
        public static double Do(double a) => 1 / a;
    }

    internal readonly struct ReciprocalRoot : IUnary<double, double>
    {
        public static double Do(double a) => 1 / Math.Sqrt(a);
    }

    /// <summary>The fast approximations: the upper word of the operand is all they read, the upper word of the result all they give; subnormals are flushed.</summary>
    internal readonly struct Coarse<TOp> : IUnary<double, double>
        where TOp : struct, IUnary<double, double>
    {
        private const ulong UpperWord = 0xFFFF_FFFF_0000_0000;

        public static double Do(double a)
        {
            double operand = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(a) & UpperWord);
            double result = TOp.Do(Flush(double.IsNaN(a) ? a : operand));
            return double.IsNaN(result)
                ? BitConverter.UInt64BitsToDouble((ulong)FloatUnit.CanonicalNaN << 32)
                : Flush(Rounding.To(result, 20, -1022, 1023, PtxRounding.Nearest));
        }

        private static double Flush(double value) => double.IsSubnormal(value) ? Math.CopySign(0, value) : value;
    }

    /// <summary>B with the sign of A.</summary>
    internal readonly struct CopySign : IBinary<double>
    {
        public static double Do(double a, double b) => Math.CopySign(b, a);
    }
}
