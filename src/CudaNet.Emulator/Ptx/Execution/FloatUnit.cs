using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A choice made when an instruction is decoded and folded when it is compiled.</summary>
internal interface IFlag
{
    static abstract bool On { get; }
}

internal readonly struct Yes : IFlag
{
    public static bool On => true;
}

internal readonly struct No : IFlag
{
    public static bool On => false;
}

/// <summary>Arithmetic of single precision, to nearest even. A NaN result is the canonical one, 0x7fffffff.</summary>
internal static class FloatUnit
{
    public const uint CanonicalNaN = 0x7FFFFFFF;

    internal readonly struct Unary<TOp, TFlush, TSaturate> : IVectorUnary<float>
        where TOp : struct, IVectorUnary<float>
        where TFlush : struct, IFlag
        where TSaturate : struct, IFlag
    {
        public static Vector256<float> Do(Vector256<float> a) => Finish<TFlush, TSaturate>(TOp.Do(Flush<TFlush>(a)));
    }

    internal readonly struct Binary<TOp, TFlush, TSaturate> : IVectorBinary<float>
        where TOp : struct, IVectorBinary<float>
        where TFlush : struct, IFlag
        where TSaturate : struct, IFlag
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) =>
            Finish<TFlush, TSaturate>(TOp.Do(Flush<TFlush>(a), Flush<TFlush>(b)));
    }

    internal readonly struct Ternary<TOp, TFlush, TSaturate> : IVectorTernary<float>
        where TOp : struct, IVectorTernary<float>
        where TFlush : struct, IFlag
        where TSaturate : struct, IFlag
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Finish<TFlush, TSaturate>(TOp.Do(Flush<TFlush>(a), Flush<TFlush>(b), Flush<TFlush>(c)));
    }

    internal readonly struct Add : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => a + b;
    }

    internal readonly struct Subtract : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => a - b;
    }

    internal readonly struct Multiply : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => a * b;
    }

    internal readonly struct Divide : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => a / b;
    }

    /// <summary>The product with a reciprocal that is zero for divisors above 2^126.</summary>
    internal readonly struct DivideByReciprocal : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b)
        {
            Vector256<float> zero = b & Vector256.Create(-0f);
            return Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Abs(b), Vector256.Create(8.507059e37f)), a * zero, a / b);
        }
    }

    /// <summary>A number rather than a NaN; -0 is below +0.</summary>
    internal readonly struct Min : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) =>
            Choose(a, b, Vector256.LessThan(a, b), a.AsUInt32() | b.AsUInt32());
    }

    /// <summary>A number rather than a NaN; -0 is below +0.</summary>
    internal readonly struct Max : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) =>
            Choose(a, b, Vector256.GreaterThan(a, b), a.AsUInt32() & b.AsUInt32());
    }

    /// <summary>NaN where either is.</summary>
    internal readonly struct MinPropagating : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => Propagate(a, b, Min.Do(a, b));
    }

    /// <summary>NaN where either is.</summary>
    internal readonly struct MaxPropagating : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) => Propagate(a, b, Max.Do(a, b));
    }

    /// <summary>The smaller magnitude under the xor of the signs.</summary>
    internal readonly struct SignedMin<TOp> : IVectorBinary<float>
        where TOp : struct, IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b)
        {
            Vector256<float> sign = (a ^ b) & Vector256.Create(-0f);
            return TOp.Do(Vector256.Abs(a), Vector256.Abs(b)) | sign;
        }
    }

    internal readonly struct FusedMultiplyAdd : IVectorTernary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : Vector256.FusedMultiplyAdd(a, b, c);
    }

    internal readonly struct FusedMultiplyAddRelu : IVectorTernary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Rectify(FusedMultiplyAdd.Do(a, b, c));
    }

    internal readonly struct Reciprocal : IVectorUnary<float>
    {
        public static Vector256<float> Do(Vector256<float> a) => Vector256.Create(1f) / a;
    }

    internal readonly struct SquareRoot : IVectorUnary<float>
    {
        public static Vector256<float> Do(Vector256<float> a) => Vector256.Sqrt(a);
    }

    /// <summary>The sign flipped, of a NaN too.</summary>
    internal readonly struct Negate<TFlush> : IVectorUnary<float>
        where TFlush : struct, IFlag
    {
        public static Vector256<float> Do(Vector256<float> a) => Flush<TFlush>(a) ^ Vector256.Create(-0f);
    }

    /// <summary>The sign cleared, of a NaN too.</summary>
    internal readonly struct Abs<TFlush> : IVectorUnary<float>
        where TFlush : struct, IFlag
    {
        public static Vector256<float> Do(Vector256<float> a) => Vector256.Abs(Flush<TFlush>(a));
    }

    /// <summary>B with the sign of A.</summary>
    internal readonly struct CopySign : IVectorBinary<float>
    {
        public static Vector256<float> Do(Vector256<float> a, Vector256<float> b) =>
            Vector256.ConditionalSelect(Vector256.Create(-0f), a, b);
    }

    /// <summary>Subnormals as zeros of their sign, where that is asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush<TFlush>(Vector256<float> a)
        where TFlush : struct, IFlag
    {
        if (!TFlush.On)
        {
            return a;
        }

        Vector256<uint> sign = Vector256.Create(0x80000000);
        Vector256<uint> small = Vector256.Equals(a.AsUInt32() & Vector256.Create(0x7F800000u), Vector256<uint>.Zero);
        return Vector256.ConditionalSelect(small, a.AsUInt32() & sign, a.AsUInt32()).AsSingle();
    }

    /// <summary>What every result passes through: flush, the canonical NaN, saturation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish<TFlush, TSaturate>(Vector256<float> result)
        where TFlush : struct, IFlag
        where TSaturate : struct, IFlag
    {
        result = Flush<TFlush>(result);
        Vector256<float> number = Vector256.Equals(result, result);
        if (TSaturate.On)
        {
            Vector256<float> above = Vector256.ConditionalSelect(Vector256.GreaterThan(result, Vector256<float>.Zero), result, Vector256<float>.Zero);
            return Vector256.ConditionalSelect(Vector256.LessThan(above, Vector256.Create(1f)), above, Vector256.Create(1f)) & number;
        }

        return Vector256.ConditionalSelect(number, result, Vector256.Create(CanonicalNaN).AsSingle());
    }

    /// <summary>Negative numbers become zero; a NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Rectify(Vector256<float> a) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, Vector256<float>.Zero) | ~Vector256.Equals(a, a), a, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Choose(Vector256<float> a, Vector256<float> b, Vector256<float> first, Vector256<uint> equal)
    {
        Vector256<float> result = Vector256.ConditionalSelect(first | ~Vector256.Equals(b, b), a, b);
        return Vector256.ConditionalSelect(Vector256.Equals(a, b), equal.AsSingle(), result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Propagate(Vector256<float> a, Vector256<float> b, Vector256<float> result) =>
        result | ~Vector256.Equals(a, a) | ~Vector256.Equals(b, b);
}
