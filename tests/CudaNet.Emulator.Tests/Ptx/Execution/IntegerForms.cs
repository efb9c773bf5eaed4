using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Integer arithmetic of every type, computed with integers of any length.</summary>
public sealed class IntegerForms
{
    public static TheoryData<string, int> Types() => new()
    {
        { "u16", 16 }, { "s16", 16 }, { "u32", 32 }, { "s32", 32 }, { "u64", 64 }, { "s64", 64 },
    };

    private static BigInteger Value(ulong bits, int width, bool isSigned) =>
        isSigned && (bits >> (width - 1)) != 0 ? (BigInteger)bits - (BigInteger.One << width) : bits;

    private static ulong Bits(BigInteger value, int width) => (ulong)(value & ((BigInteger.One << width) - 1));

    private static void Add(FormTable table, string text, int[] widths, bool isSigned, Func<BigInteger[], BigInteger> expected) =>
        table.Add(
            text, widths, Columns(widths), x => Bits(expected([.. x.Select((bits, at) => Value(bits, widths[at + 1], isSigned))]), widths[0]));

    private static ulong[][] Columns(int[] widths)
    {
        ulong[][] columns = [.. widths.Skip(1).Select((width, at) => Operands.Integers(width, widths.Length - 1)[at])];
        return columns;
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Arithmetic_of_a_type_wraps(string type, int width)
    {
        FormTable table = new();
        bool isSigned = type[0] == 's';
        int[] one = [width, width];
        int[] two = [width, width, width];
        int[] three = [width, width, width, width];
        Add(table, $"add.{type} %z, %a, %b;", two, isSigned, x => x[0] + x[1]);
        Add(table, $"sub.{type} %z, %a, %b;", two, isSigned, x => x[0] - x[1]);
        Add(table, $"mul.lo.{type} %z, %a, %b;", two, isSigned, x => x[0] * x[1]);
        Add(table, $"mul.hi.{type} %z, %a, %b;", two, isSigned, x => (x[0] * x[1]) >> width);
        Add(table, $"mad.lo.{type} %z, %a, %b, %c;", three, isSigned, x => (x[0] * x[1]) + x[2]);
        Add(table, $"mad.hi.{type} %z, %a, %b, %c;", three, isSigned, x => ((x[0] * x[1]) >> width) + x[2]);
        Add(table, $"min.{type} %z, %a, %b;", two, isSigned, x => BigInteger.Min(x[0], x[1]));
        Add(table, $"max.{type} %z, %a, %b;", two, isSigned, x => BigInteger.Max(x[0], x[1]));
        Add(table, $"div.{type} %z, %a, %b;", two, isSigned, x => x[1].IsZero ? -1 : BigInteger.Divide(x[0], x[1]));
        Add(table, $"rem.{type} %z, %a, %b;", two, isSigned, x => x[1].IsZero ? x[0] : BigInteger.Remainder(x[0], x[1]));
        Add(table, $"sad.{type} %z, %a, %b, %c;", three, isSigned, x => x[2] + BigInteger.Abs(x[0] - x[1]));
        if (width < 64)
        {
            Add(table, $"mul.wide.{type} %z, %a, %b;", [2 * width, width, width], isSigned, x => x[0] * x[1]);
            Add(table, $"mad.wide.{type} %z, %a, %b, %c;", [2 * width, width, width, 2 * width], isSigned, x => (x[0] * x[1]) + x[2]);
        }

        if (isSigned)
        {
            Add(table, $"abs.{type} %z, %a;", one, true, x => BigInteger.Abs(x[0]));
            Add(table, $"neg.{type} %z, %a;", one, true, x => -x[0]);
        }

        table.Verify();
    }

    [Fact]
    public void Results_of_signed_words_are_saturated_and_rectified()
    {
        FormTable table = new();
        static BigInteger Clamp(BigInteger value) => BigInteger.Clamp(value, int.MinValue, int.MaxValue);
        Add(table, "add.sat.s32 %z, %a, %b;", [32, 32, 32], true, x => Clamp(x[0] + x[1]));
        Add(table, "sub.sat.s32 %z, %a, %b;", [32, 32, 32], true, x => Clamp(x[0] - x[1]));
        Add(table, "mad.hi.sat.s32 %z, %a, %b, %c;", [32, 32, 32, 32], true, x => Clamp(((x[0] * x[1]) >> 32) + x[2]));
        Add(table, "min.relu.s32 %z, %a, %b;", [32, 32, 32], true, x => BigInteger.Max(0, BigInteger.Min(x[0], x[1])));
        Add(table, "max.relu.s32 %z, %a, %b;", [32, 32, 32], true, x => BigInteger.Max(0, BigInteger.Max(x[0], x[1])));
        table.Verify();
    }

    [Theory]
    [InlineData("u32", false)]
    [InlineData("s32", true)]
    public void Products_of_24_bits_take_either_end(string type, bool isSigned)
    {
        FormTable table = new();
        BigInteger Low(BigInteger value) => Value((ulong)(value & 0xFFFFFF), 24, isSigned);
        Add(table, $"mul24.lo.{type} %z, %a, %b;", [32, 32, 32], isSigned, x => Low(x[0]) * Low(x[1]));
        Add(table, $"mul24.hi.{type} %z, %a, %b;", [32, 32, 32], isSigned, x => (Low(x[0]) * Low(x[1])) >> 16);
        Add(table, $"mad24.lo.{type} %z, %a, %b, %c;", [32, 32, 32, 32], isSigned, x => (Low(x[0]) * Low(x[1])) + x[2]);
        Add(table, $"mad24.hi.{type} %z, %a, %b, %c;", [32, 32, 32, 32], isSigned, x => ((Low(x[0]) * Low(x[1])) >> 16) + x[2]);
        if (isSigned)
        {
            Add(
                table, "mad24.hi.sat.s32 %z, %a, %b, %c;", [32, 32, 32, 32], true,
                x => BigInteger.Clamp(((Low(x[0]) * Low(x[1])) >> 16) + x[2], int.MinValue, int.MaxValue));
        }

        table.Verify();
    }

    [Fact]
    public void Dot_products_of_bytes_take_their_signs()
    {
        FormTable table = new();
        static BigInteger Part(ulong bits, int at, int width, char type) => Value((bits >> (at * width)) & ((1ul << width) - 1), width, type == 's');
        foreach (string left in (string[])["u32", "s32"])
        {
            foreach (string right in (string[])["u32", "s32"])
            {
                table.Add($"dp4a.{left}.{right} %z, %a, %b, %c;", [32, 32, 32, 32], Operands.Integers(32, 3), x =>
                    Bits(Enumerable.Range(0, 4).Aggregate((BigInteger)x[2], (sum, at) => sum + (Part(x[0], at, 8, left[0]) * Part(x[1], at, 8, right[0]))), 32));
                foreach ((string half, int first) in ((string, int)[])[("lo", 0), ("hi", 2)])
                {
                    table.Add($"dp2a.{half}.{left}.{right} %z, %a, %b, %c;", [32, 32, 32, 32], Operands.Integers(32, 3), x =>
                        Bits(Enumerable.Range(0, 2).Aggregate((BigInteger)x[2], (sum, at) => sum + (Part(x[0], at, 16, left[0]) * Part(x[1], first + at, 8, right[0]))), 32));
                }
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("u32", 32)]
    [InlineData("s32", 32)]
    [InlineData("u64", 64)]
    [InlineData("s64", 64)]
    public void Carries_pass_from_one_instruction_to_the_next(string type, int width)
    {
        FormTable table = new();
        bool isSigned = type[0] == 's';
        BigInteger modulus = BigInteger.One << width;
        string zero = $"mov.b{width} %z, 0;";
        int[] two = [width, width, width];
        int[] three = [width, width, width, width];
        string temporary = width == 64 ? "%d40" : "%r40";
        BigInteger Plain(BigInteger value) => Bits(value, width);

        // The flag itself, read as 0 + 0 + carry, or as 0 − 0 − borrow.
        Add(table, $"add.cc.{type} {temporary}, %a, %b; {zero} addc.{type} %z, %z, %z;", two, false, x => (x[0] + x[1]) / modulus);
        Add(table, $"sub.cc.{type} {temporary}, %a, %b; {zero} subc.{type} %z, %z, %z;", two, false, x => x[0] < x[1] ? -1 : 0);

        // In and out at once: a + b sets the flag for b + c, that for 0 + 0.
        Add(table, $"add.cc.{type} {temporary}, %a, %b; addc.cc.{type} {temporary}, %b, %c; {zero} addc.{type} %z, %z, %z;", three, false,
            x => (x[1] + x[2] + ((x[0] + x[1]) / modulus)) / modulus);
        Add(table, $"add.cc.{type} {temporary}, %a, %b; addc.cc.{type} %z, %b, %c;", three, false, x => x[1] + x[2] + ((x[0] + x[1]) / modulus));
        Add(table, $"sub.cc.{type} {temporary}, %a, %b; subc.cc.{type} %z, %b, %c;", three, false, x => x[1] - x[2] - (x[0] < x[1] ? 1 : 0));
        Add(table, $"sub.cc.{type} {temporary}, %a, %b; subc.cc.{type} {temporary}, %b, %c; {zero} subc.{type} %z, %z, %z;", three, false,
            x => x[1] - x[2] - (x[0] < x[1] ? 1 : 0) < 0 ? -1 : 0);
        foreach (string half in (string[])["lo", "hi"])
        {
            BigInteger Product(BigInteger[] x) => Plain(half == "lo" ? x[0] * x[1] : (x[0] * x[1]) >> width);
            Add(table, $"mad.{half}.cc.{type} %z, %a, %b, %c;", three, isSigned, x => Product(x) + x[2]);
            Add(table, $"mad.{half}.cc.{type} {temporary}, %a, %b, %c; {zero} addc.{type} %z, %z, %z;", three, isSigned, x => (Product(x) + Plain(x[2])) / modulus);
            Add(table, $"add.cc.{type} {temporary}, %b, %c; madc.{half}.{type} %z, %a, %b, %c;", three, isSigned,
                x => Product(x) + x[2] + ((Plain(x[1]) + Plain(x[2])) / modulus));
            Add(table, $"add.cc.{type} {temporary}, %b, %c; madc.{half}.cc.{type} {temporary}, %a, %b, %c; {zero} addc.{type} %z, %z, %z;", three, isSigned,
                x => (Product(x) + Plain(x[2]) + ((Plain(x[1]) + Plain(x[2])) / modulus)) / modulus);
        }

        table.Verify();
    }
}
