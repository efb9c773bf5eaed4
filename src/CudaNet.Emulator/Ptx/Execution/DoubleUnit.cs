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

    /// <summary>B with the sign of A.</summary>
    internal readonly struct CopySign : IBinary<double>
    {
        public static double Do(double a, double b) => Math.CopySign(b, a);
    }
}
