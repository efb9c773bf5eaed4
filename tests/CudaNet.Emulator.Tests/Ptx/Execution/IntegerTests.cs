using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Integer instructions against independent computation, on random numbers and the edges.</summary>
public sealed class IntegerTests
{
    private static ulong[] Numbers(int seed, int bits)
    {
        Random random = new(seed);
        ulong mask = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        ulong[] edges = [0, 1, 2, 31, 32, 33, 63, 64, 1ul << (bits - 1), (1ul << (bits - 1)) - 1, mask, mask - 1];
        ulong[] numbers = [.. Enumerable.Range(0, 160).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64))];
        return [.. edges.SelectMany(_ => edges).Concat(numbers).Select(value => value & mask)];
    }

    private static ulong[] Edges(ulong[] numbers) => [.. numbers.Select((value, at) => at < 144 ? numbers[(at % 12 * 12) + (at / 12)] : numbers[^(at - 143)])];

    private static BigInteger Value(ulong bits, int width, bool isSigned) =>
        isSigned && (bits >> (width - 1)) != 0 ? (BigInteger)bits - (BigInteger.One << width) : bits;

    private static void Check(string instruction, int result, int width, bool isSigned, Func<BigInteger, BigInteger, BigInteger> expected)
    {
        ulong[] a = Numbers(width, width);
        ulong[] b = Edges(a);
        ulong[] actual = Interpreter.Evaluate(instruction, [result, width, width], a, b);
        for (int at = 0; at < a.Length; at++)
        {
            BigInteger exact = expected(Value(a[at], width, isSigned), Value(b[at], width, isSigned));
            ulong bits = (ulong)(exact & ((BigInteger.One << result) - 1));
            Assert.True(bits == actual[at], $"{instruction} a=0x{a[at]:x} b=0x{b[at]:x}: expected 0x{bits:x}, got 0x{actual[at]:x}");
        }
    }

    public static TheoryData<string, int, bool> Types() => new()
    {
        { "u16", 16, false }, { "s16", 16, true }, { "u32", 32, false }, { "s32", 32, true }, { "u64", 64, false }, { "s64", 64, true },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Arithmetic_wraps_and_compares_as_its_type_says(string type, int width, bool isSigned)
    {
        Check($"add.{type} %z, %a, %b;", width, width, isSigned, (a, b) => a + b);
        Check($"sub.{type} %z, %a, %b;", width, width, isSigned, (a, b) => a - b);
        Check($"mul.lo.{type} %z, %a, %b;", width, width, isSigned, (a, b) => a * b);
        Check($"mul.hi.{type} %z, %a, %b;", width, width, isSigned, (a, b) => (a * b) >> width);
        Check($"min.{type} %z, %a, %b;", width, width, isSigned, BigInteger.Min);
        Check($"max.{type} %z, %a, %b;", width, width, isSigned, BigInteger.Max);
        Check($"mad.lo.{type} %z, %a, %b, %a;", width, width, isSigned, (a, b) => (a * b) + a);
        Check($"sad.{type} %z, %a, %b, %a;", width, width, isSigned, (a, b) => a + BigInteger.Abs(a - b));
        if (width < 64)
        {
            Check($"mul.wide.{type} %z, %a, %b;", 2 * width, width, isSigned, (a, b) => a * b);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Division_by_zero_gives_all_ones_and_the_dividend(string type, int width, bool isSigned)
    {
        Check($"div.{type} %z, %a, %b;", width, width, isSigned, (a, b) => b.IsZero ? BigInteger.MinusOne : BigInteger.Divide(a, b));
        Check($"rem.{type} %z, %a, %b;", width, width, isSigned, (a, b) => b.IsZero ? a : BigInteger.Remainder(a, b));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Shifts_clamp_their_counts(int width)
    {
        string narrow = width == 64 ? "cvt.u32.u64 %r40, %b; " : width == 16 ? "cvt.u32.u16 %r40, %b; " : "mov.b32 %r40, %b; ";
        int Count(BigInteger b) => (int)BigInteger.Min(b & uint.MaxValue, width);
        Check(narrow + $"shl.b{width} %z, %a, %r40;", width, width, false, (a, b) => a << Count(b));
        Check(narrow + $"shr.u{width} %z, %a, %r40;", width, width, false, (a, b) => a >> Count(b));
        Check(narrow + $"shr.s{width} %z, %a, %r40;", width, width, true, (a, b) => a >> Count(((b % (BigInteger.One << width)) + (BigInteger.One << width)) % (BigInteger.One << width)));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Bits_are_counted_found_and_reversed(int width)
    {
        ulong mask = width == 64 ? ulong.MaxValue : uint.MaxValue;
        Check($"popc.b{width} %z, %a;", 32, width, false, (a, _) => BitOperations.PopCount((ulong)a));
        Check($"clz.b{width} %z, %a;", 32, width, false, (a, _) => width - (int)a.GetBitLength());
        Check($"brev.b{width} %z, %a;", width, width, false, (a, _) => Enumerable.Range(0, width).Aggregate(BigInteger.Zero, (r, bit) => (r << 1) | ((a >> bit) & 1)));
        Check($"bfind.u{width} %z, %a;", 32, width, false, (a, _) => (int)a.GetBitLength() - 1);
        Check($"not.b{width} %z, %a;", width, width, false, (a, _) => a ^ mask);
        Check($"and.b{width} %z, %a, %b;", width, width, false, (a, b) => a & b);
        Check($"xor.b{width} %z, %a, %b;", width, width, false, (a, b) => a ^ b);
        Check($"cnot.b{width} %z, %a;", width, width, false, (a, _) => a.IsZero ? 1 : 0);
        Check($"neg.s{width} %z, %a;", width, width, true, (a, _) => -a);
        Check($"abs.s{width} %z, %a;", width, width, true, (a, _) => BigInteger.Abs(a));
    }

    [Fact]
    public void Any_function_of_three_bits_is_a_table()
    {
        Check("lop3.b32 %z, %a, %b, %a, 0x3C;", 32, 32, false, (a, b) => a ^ b);
        Check("mov.b32 %r40, 0x0F0F1234; lop3.b32 %z, %a, %b, %r40, 0xCA;", 32, 32, false, (a, b) => (a & b) | (~a & uint.MaxValue & 0x0F0F1234));
    }

    [Theory]
    [InlineData("u32", 32, false)]
    [InlineData("s32", 32, true)]
    [InlineData("u64", 64, false)]
    [InlineData("s64", 64, true)]
    public void Fields_are_extracted_and_inserted(string type, int width, bool isSigned)
    {
        foreach ((int position, int length) in (ReadOnlySpan<(int, int)>)[(0, 8), (5, 9), (31, 1), (20, 30), (40, 5), (0, 64), (3, 0), (63, 4)])
        {
            Check($"bfe.{type} %z, %a, {position}, {length};", width, width, isSigned, (a, _) =>
            {
                if (length == 0)
                {
                    return 0;
                }

                // Bits behind the value's end are its sign.
                BigInteger field = (a >> position) & ((BigInteger.One << Math.Min(length, 64)) - 1);
                int sign = Math.Min(position + length - 1, width - 1);
                bool negative = isSigned && ((a >> sign) & 1) == 1;
                int kept = Math.Max(0, Math.Min(length, width - position));
                return (field & ((BigInteger.One << kept) - 1)) - (negative ? BigInteger.One << kept : 0);
            });
            Check($"bfi.b{width} %z, %a, %b, {position}, {length};", width, width, false, (a, b) =>
            {
                BigInteger mask = (((BigInteger.One << Math.Min(length, width)) - 1) << position) & ((BigInteger.One << width) - 1);
                return (b & ~mask) | ((a << position) & mask);
            });
        }
    }

    [Fact]
    public void Funnel_shifts_clamp_or_wrap()
    {
        Check("shf.l.clamp.b32 %z, %a, %b, 40;", 32, 32, false, (a, b) => a);
        Check("shf.l.wrap.b32 %z, %a, %b, 40;", 32, 32, false, (a, b) => ((b << 32) | a) << 8 >> 32);
        Check("shf.r.clamp.b32 %z, %a, %b, 40;", 32, 32, false, (a, b) => b);
        Check("shf.r.wrap.b32 %z, %a, %b, 5;", 32, 32, false, (a, b) => ((b << 32) | a) >> 5);
    }

    [Fact]
    public void Bytes_are_permuted_and_multiplied()
    {
        Check("prmt.b32 %z, %a, %b, 0x7a10;", 32, 32, false, (a, b) =>
        {
            BigInteger all = (b << 32) | a;
            BigInteger Byte(int at) => (all >> (8 * at)) & 0xFF;
            BigInteger sign = (Byte(2) & 0x80) != 0 ? 0xFF : 0;
            return Byte(0) | (Byte(1) << 8) | (sign << 16) | (Byte(7) << 24);
        });
        Check("dp4a.s32.s32 %z, %a, %b, %a;", 32, 32, true, (a, b) =>
        {
            BigInteger sum = a;
            for (int at = 0; at < 32; at += 8)
            {
                sum += (sbyte)(int)((a >> at) & 0xFF) * (sbyte)(int)((b >> at) & 0xFF);
            }

            return sum;
        });
    }

    [Fact]
    public void Carries_join_words()
    {
        Check(
            "mov.b64 {%r40, %r41}, %a; mov.b64 {%r42, %r43}, %b; add.cc.u32 %r44, %r40, %r42; addc.u32 %r45, %r41, %r43; mov.b64 %z, {%r44, %r45};",
            64, 64, false, (a, b) => a + b);
        Check(
            "mov.b64 {%r40, %r41}, %a; mov.b64 {%r42, %r43}, %b; sub.cc.u32 %r44, %r40, %r42; subc.u32 %r45, %r41, %r43; mov.b64 %z, {%r44, %r45};",
            64, 64, false, (a, b) => a - b);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Comparisons_set_predicates(string type, int width, bool isSigned)
    {
        Check($"setp.lt.{type} %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", 32, width, isSigned, (a, b) => a < b ? 1 : 0);
        Check($"setp.ge.{type} %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", 32, width, isSigned, (a, b) => a >= b ? 1 : 0);
        Check($"setp.ne.{type} %p5, %a, %b; selp.b32 %z, 1, 0, %p5;", 32, width, isSigned, (a, b) => a != b ? 1 : 0);
        Check($"setp.eq.{type} %p4, %a, %a; setp.gt.and.{type} %p5|%p6, %a, %b, %p4; selp.b32 %z, 1, 0, %p6;", 32, width, isSigned, (a, b) => a <= b ? 1 : 0);
    }
}
