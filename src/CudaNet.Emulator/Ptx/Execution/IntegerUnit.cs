using System.Numerics;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Integer arithmetic. What PTX leaves undefined is defined here: division by zero gives all ones, its remainder the dividend.</summary>
internal static class IntegerUnit
{
    internal readonly struct Add<T> : IVectorBinary<T>, IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a + b;

        public static T Do(T a, T b) => unchecked(a + b);
    }

    internal readonly struct Subtract<T> : IVectorBinary<T>, IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a - b;

        public static T Do(T a, T b) => unchecked(a - b);
    }

    internal readonly struct MultiplyLow<T> : IVectorBinary<T>, IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a * b;

        public static T Do(T a, T b) => unchecked(a * b);
    }

    internal readonly struct MultiplyAddLow<T> : IVectorTernary<T>, ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b, Vector256<T> c) => (a * b) + c;

        public static T Do(T a, T b, T c) => unchecked((a * b) + c);
    }

    internal readonly struct Min<T> : IVectorBinary<T>, IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);

        public static T Do(T a, T b) => T.Min(a, b);
    }

    internal readonly struct Max<T> : IVectorBinary<T>, IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);

        public static T Do(T a, T b) => T.Max(a, b);
    }

    internal readonly struct MinRectified : IBinary<int>
    {
        public static int Do(int a, int b) => Math.Max(Math.Min(a, b), 0);
    }

    internal readonly struct MaxRectified : IBinary<int>
    {
        public static int Do(int a, int b) => Math.Max(Math.Max(a, b), 0);
    }

    internal readonly struct And<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a & b;
    }

    internal readonly struct Or<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a | b;
    }

    internal readonly struct Xor<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Do(Vector256<T> a, Vector256<T> b) => a ^ b;
    }

    internal readonly struct ShiftLeft32 : IVectorBinary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a, Vector256<uint> b) => Lanes.ShiftLeft(a, b);
    }

    internal readonly struct ShiftRight32 : IVectorBinary<uint>
    {
        public static Vector256<uint> Do(Vector256<uint> a, Vector256<uint> b) => Lanes.ShiftRight(a, b);
    }

    internal readonly struct Not<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a) => ~a;
    }

    internal readonly struct LogicalNot<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a) => T.IsZero(a) ? T.One : T.Zero;
    }

    internal readonly struct Negate<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a) => unchecked(T.Zero - a);
    }

    internal readonly struct Abs<T> : IUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a) => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
    }

    internal readonly struct Divide<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a, T b) => T.IsZero(b) ? ~T.Zero : b == ~T.Zero && T.IsNegative(b) ? unchecked(T.Zero - a) : a / b;
    }

    internal readonly struct Remainder<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a, T b) => T.IsZero(b) ? a : b == ~T.Zero && T.IsNegative(b) ? T.Zero : a % b;
    }

    internal readonly struct ShiftLeft<T> : IShift<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static unsafe T Do(T a, uint count) => count >= sizeof(T) * 8 ? T.Zero : a << (int)count;
    }

    /// <summary>Arithmetic for signed types; counts beyond the width act as the width.</summary>
    internal readonly struct ShiftRight<T> : IShift<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static unsafe T Do(T a, uint count) => count < sizeof(T) * 8 ? a >> (int)count : T.IsNegative(a) ? ~T.Zero : T.Zero;
    }

    internal readonly struct AddSaturate : IBinary<int>
    {
        public static int Do(int a, int b) => (int)long.Clamp((long)a + b, int.MinValue, int.MaxValue);
    }

    internal readonly struct SubtractSaturate : IBinary<int>
    {
        public static int Do(int a, int b) => (int)long.Clamp((long)a - b, int.MinValue, int.MaxValue);
    }

    internal readonly struct MultiplyHigh<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Do(T a, T b) => WideProducts.High(a, b);
    }

    internal readonly struct MultiplyAddHigh<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Do(T a, T b, T c) => unchecked(WideProducts.High(a, b) + c);
    }

    internal readonly struct MultiplyAddHighSaturate : ITernary<int>
    {
        public static int Do(int a, int b, int c) => (int)long.Clamp((((long)a * b) >> 32) + c, int.MinValue, int.MaxValue);
    }

    /// <summary>c + |a − b|.</summary>
    internal readonly struct SumOfDifference<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Do(T a, T b, T c) => unchecked(c + (a > b ? a - b : b - a));
    }
}
