using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Floating-point instructions against exact rational arithmetic or the host's correctly rounded one, bit for bit.</summary>
public sealed class FloatTests
{
    private const uint CanonicalNaN = 0x7FFFFFFF;

    private static readonly uint[] Edges =
    [
        0, 0x80000000, 1, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x3F800001, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000,
        0x33800000, 0x34000000,
    ];

    private static ulong[] Singles(int seed)
    {
        Random random = new(seed);
        IEnumerable<ulong> near = Enumerable.Range(0, 128).Select(_ => ((ulong)(uint)random.NextInt64() & 0x807FFFFF) | ((ulong)random.Next(100, 150) << 23));
        IEnumerable<ulong> any = Enumerable.Range(0, 128).Select(_ => (ulong)(uint)random.NextInt64());
        return [.. Edges.SelectMany(_ => Edges.Select(edge => (ulong)edge)).Concat(near).Concat(any)];
    }

    private static ulong[] Others(ulong[] numbers, int seed)
    {
        int square = Edges.Length * Edges.Length;
        ulong[] tail = numbers[square..];
        new Random(seed).Shuffle(tail);
        return [.. Enumerable.Range(0, square).Select(at => (ulong)Edges[at / Edges.Length]), .. tail];
    }

    private static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static uint Bits(float value) => float.IsNaN(value) ? CanonicalNaN : BitConverter.SingleToUInt32Bits(value);

    private static void Check(string instruction, Func<float, float, float, uint> expected)
    {
        ulong[] a = Singles(3);
        ulong[] b = Others(a, 4);
        ulong[] c = [.. a.Reverse()];
        ulong[] actual = Interpreter.Evaluate(instruction, [32, 32, 32, 32], a, b, c);
        for (int at = 0; at < a.Length; at++)
        {
            uint bits = expected(Single(a[at]), Single(b[at]), Single(c[at]));
            Assert.True(bits == actual[at], $"{instruction} a=0x{a[at]:x8} b=0x{b[at]:x8} c=0x{c[at]:x8}: expected 0x{bits:x8}, got 0x{actual[at]:x8}");
        }
    }

    [Fact]
    public void Results_are_rounded_to_nearest_even_and_a_NaN_is_the_canonical_one()
    {
        Check("add.rn.f32 %z, %a, %b;", (a, b, _) => Bits(a + b));
        Check("sub.f32 %z, %a, %b;", (a, b, _) => Bits(a - b));
        Check("mul.rn.f32 %z, %a, %b;", (a, b, _) => Bits(a * b));
        Check("fma.rn.f32 %z, %a, %b, %c;", (a, b, c) => Bits(MathF.FusedMultiplyAdd(a, b, c)));
        Check("div.rn.f32 %z, %a, %b;", (a, b, _) => Bits(a / b));
        Check("rcp.rn.f32 %z, %a;", (a, _, _) => Bits(1 / a));
        Check("sqrt.rn.f32 %z, %a;", (a, _, _) => Bits(MathF.Sqrt(a)));
        Check("neg.f32 %z, %a;", (a, _, _) => BitConverter.SingleToUInt32Bits(a) ^ 0x80000000);
    }

    [Theory]
    [InlineData("rz")]
    [InlineData("rm")]
    [InlineData("rp")]
    public void Directed_roundings_are_exact(string mode)
    {
        Check($"add.{mode}.f32 %z, %a, %b;", (a, b, _) => Rounded(a + (double)b, a, 1, b, mode));
        Check($"mul.{mode}.f32 %z, %a, %b;", (a, b, _) => Rounded(a * (double)b, a, b, -0f, mode, true));
        Check($"fma.{mode}.f32 %z, %a, %b, %c;", (a, b, c) => Rounded(Math.FusedMultiplyAdd(a, b, c), a, b, c, mode));
    }

    /// <summary>a × b + c as a fraction, between the two neighbours of an approximation.</summary>
    private static uint Rounded(double approximate, float a, float b, float c, string mode, bool product = false)
    {
        if (double.IsNaN(approximate) || double.IsInfinity(approximate))
        {
            return Bits((float)approximate);
        }

        BigInteger exact = (Scaled(a) * Scaled(b)) + (Scaled(c) << 200);
        if (exact.IsZero)
        {
            bool negative = float.IsNegative(a) != float.IsNegative(b);
            bool zeros = (a == 0 || b == 0) && c == 0;
            return product ? Bits(negative ? -0f : 0f) : Bits((zeros && negative == float.IsNegative(c) ? negative : mode == "rm") ? -0f : 0f);
        }

        bool up = mode == "rp" || (mode == "rz" && exact.Sign < 0);
        float guess = Math.Clamp((float)approximate, float.MinValue, float.MaxValue);
        float below = guess;
        while (Compare(below, exact) > 0)
        {
            below = MathF.BitDecrement(below);
        }

        while (Compare(MathF.BitIncrement(below), exact) <= 0)
        {
            below = MathF.BitIncrement(below);
        }

        float result = up && Compare(below, exact) != 0 ? MathF.BitIncrement(below) : below;
        return Bits(result == 0 ? (exact.Sign < 0 ? -0f : 0f) : result);
    }

    private static int Compare(float value, BigInteger exact) =>
        float.IsPositiveInfinity(value) ? 1 : float.IsNegativeInfinity(value) ? -1 : (Scaled(value) << 200).CompareTo(exact);

    /// <summary>value × 2^200.</summary>
    private static BigInteger Scaled(float value) => (BigInteger)(Math.ScaleB((double)value, 149)) << 51;

    [Fact]
    public void Subnormals_are_flushed_where_that_is_said()
    {
        static float Flush(float a) => float.IsSubnormal(a) ? MathF.CopySign(0, a) : a;
        Check("add.ftz.f32 %z, %a, %b;", (a, b, _) => Bits(Flush(Flush(a) + Flush(b))));
        Check("mul.ftz.f32 %z, %a, %b;", (a, b, _) => Bits(Flush(Flush(a) * Flush(b))));
        Check("fma.rn.ftz.sat.f32 %z, %a, %b, %c;", (a, b, c) =>
        {
            float exact = Flush(MathF.FusedMultiplyAdd(Flush(a), Flush(b), Flush(c)));
            return Bits(exact > 0 ? MathF.Min(exact, 1) : 0);
        });
    }

    [Fact]
    public void Minimum_and_maximum_prefer_numbers_to_NaN_and_know_signed_zeros()
    {
        Check("min.f32 %z, %a, %b;", (a, b, _) => Bits(float.MinNumber(a, b)));
        Check("max.f32 %z, %a, %b;", (a, b, _) => Bits(float.MaxNumber(a, b)));
        Check("max.NaN.f32 %z, %a, %b;", (a, b, _) => Bits(float.Max(a, b)));
    }

    [Fact]
    public void Comparisons_know_the_unordered()
    {
        Check("setp.lt.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => a < b ? 1u : 0);
        Check("setp.ne.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => a < b || a > b ? 1u : 0);
        Check("setp.neu.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => a != b ? 1u : 0);
        Check("setp.leu.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => a > b ? 0u : 1);
        Check("setp.geu.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => a < b ? 0u : 1);
        Check("setp.nan.f32 %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", (a, b, _) => float.IsNaN(a) || float.IsNaN(b) ? 1u : 0);
        Check("set.gt.f32.f32 %z, %a, %b;", (a, b, _) => a > b ? 0x3F800000u : 0);
    }

    [Fact]
    public void Approximations_are_the_rounded_value()
    {
        Check("ex2.approx.f32 %z, %a;", (a, _, _) => Bits((float)Math.Pow(2, a)));
        Check("lg2.approx.f32 %z, %a;", (a, _, _) => Bits((float)Math.Log2(a)));
        Check("rsqrt.approx.f32 %z, %a;", (a, _, _) => Bits((float)(1 / Math.Sqrt(a))));
    }

    [Fact]
    public void Halves_are_rounded_once()
    {
        ulong[] a = [.. Enumerable.Range(0, 512).Select(at => (ulong)(uint)((at * 40503 * 77) & 0xFFFF))];
        ulong[] b = [.. a.Select((_, at) => (ulong)(uint)((at * 30011 * 13) & 0xFFFF))];
        ulong[] c = [.. a.Reverse()];
        static Half Of(ulong bits) => BitConverter.UInt16BitsToHalf((ushort)bits);
        static uint To(Half value) => Half.IsNaN(value) ? 0x7FFFu : BitConverter.HalfToUInt16Bits(value);
        ulong[] sums = Interpreter.Evaluate("add.f16 %z, %a, %b;", [16, 16, 16, 16], a, b, c);
        ulong[] products = Interpreter.Evaluate("mul.rn.f16 %z, %a, %b;", [16, 16, 16, 16], a, b, c);
        ulong[] fused = Interpreter.Evaluate("fma.rn.f16 %z, %a, %b, %c;", [16, 16, 16, 16], a, b, c);
        for (int at = 0; at < a.Length; at++)
        {
            Assert.Equal(To(Of(a[at]) + Of(b[at])), sums[at]);
            Assert.Equal(To(Of(a[at]) * Of(b[at])), products[at]);
            Assert.Equal(To(ExactFused(Of(a[at]), Of(b[at]), Of(c[at]))), fused[at]);
        }
    }

    /// <summary>In units of 2^-48 the sum is an integer.</summary>
    private static Half ExactFused(Half a, Half b, Half c)
    {
        double plain = ((double)a * (double)b) + (double)c;
        if (!double.IsFinite(plain) || plain == 0)
        {
            return (Half)plain;
        }

        BigInteger exact = ((BigInteger)Math.ScaleB((double)a, 24) * (BigInteger)Math.ScaleB((double)b, 24)) + ((BigInteger)Math.ScaleB((double)c, 24) << 24);
        BigInteger magnitude = BigInteger.Abs(exact);
        int drop = Math.Max(0, (int)magnitude.GetBitLength() - 50);
        BigInteger kept = magnitude >> drop;
        double odd = (double)((ulong)kept | (kept << drop != magnitude ? 1ul : 0));
        return (Half)Math.CopySign(Math.ScaleB(odd, drop - 48), (double)exact.Sign);
    }

    [Fact]
    public void Pairs_of_halves_are_two_halves()
    {
        ulong[] a = [0x3C00_4000, 0x7C00_FC00, 0x0001_8001, 0x7BFF_7BFF];
        ulong[] b = [0x3C00_3C00, 0x7C00_7C00, 0x0001_0001, 0x7BFF_0400];
        Assert.Equal([0x4000_4200ul, 0x7C00_7FFF, 0x0002_0000, 0x7C00_7BFF], Interpreter.Evaluate("add.f16x2 %z, %a, %b;", [32, 32, 32], a, b));
        Assert.Equal([0x3C00_4000ul, 0x7C00_7C00, 0x0001_0001, 0x7BFF_7BFF], Interpreter.Evaluate("max.f16x2 %z, %a, %b;", [32, 32, 32], a, b));
    }
}
