using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Comparisons of every type, joined with a predicate in every way, and selections.</summary>
public sealed class ComparisonForms
{
    private static readonly string[] FloatComparisons = ["eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

    private static bool Compare(string comparison, int? order) => comparison switch
    {
        "num" => order is not null,
        "nan" => order is null,
        _ when order is null => comparison.Length == 3,
        "eq" or "equ" => order == 0,
        "ne" or "neu" => order != 0,
        "lt" or "ltu" or "lo" => order < 0,
        "le" or "leu" or "ls" => order <= 0,
        "gt" or "gtu" or "hi" => order > 0,
        _ => order >= 0,
    };

    private static int? Order(FloatFormat format, ulong a, ulong b)
    {
        ExactNumber left = format.Decode(a);
        ExactNumber right = format.Decode(b);
        return left.IsNaN || right.IsNaN ? null : ExactNumber.Compare(left, right);
    }

    private static bool Join(string operation, bool left, bool right) => operation switch
    {
        ".and" => left && right,
        ".or" => left || right,
        ".xor" => left != right,
        _ => left,
    };

    /// <summary>The comparison alone, and joined with a predicate that is the last bit of a; both predicates are read back.</summary>
    private static void AddPredicates(FormTable table, string name, int width, ulong[][] operands, Func<ulong, ulong, bool> holds)
    {
        string bit = width == 16 ? "cvt.u32.u16 %r40, %a; " : width == 64 ? "cvt.u32.u64 %r40, %a; " : "mov.b32 %r40, %a; ";
        const string Read = " selp.b32 %r41, 1, 0, %p5; selp.b32 %r42, 2, 0, %p6; or.b32 %z, %r41, %r42;";
        foreach (string operation in (string[])["", ".and", ".or", ".xor"])
        {
            foreach (bool negated in operation.Length == 0 ? (bool[])[false] : [false, true])
            {
                string joined = operation.Length == 0 ? "" : negated ? ", !%p5" : ", %p5";
                string text = name.Replace("?", operation, StringComparison.Ordinal);
                table.Add($"{bit}and.b32 %r40, %r40, 1; setp.ne.b32 %p5, %r40, 0; setp.{text} %p5|%p6, %a, %b{joined};{Read}", [32, width, width], operands, x =>
                {
                    bool other = (x[0] & 1) != 0 != negated;
                    bool result = holds(x[0], x[1]);
                    return (Join(operation, result, other) ? 1ul : 0) | (Join(operation, !result, other) ? 2ul : 0);
                });
            }
        }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f64")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Floats_are_compared_ordered_and_unordered(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach (string comparison in FloatComparisons)
        {
            foreach (string flush in type is "f32" or "f16" ? (string[])["", ".ftz"] : [""])
            {
                ulong Take(ulong bits) => flush.Length > 0 ? format.Flush(bits) : bits;
                AddPredicates(
                    table, $"{comparison}?{flush}.{type}", format.Width, Operands.Floats(format, 2), (a, b) => Compare(comparison, Order(format, Take(a), Take(b))));
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Pairs_of_halves_give_two_predicates(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach (string comparison in FloatComparisons)
        {
            foreach (string flush in type == "f16" ? (string[])["", ".ftz"] : [""])
            {
                ulong Take(ulong bits) => flush.Length > 0 ? format.Flush(bits) : bits;
                table.Add(
                    $"setp.{comparison}{flush}.{type}x2 %p5|%p6, %a, %b; selp.b32 %r41, 1, 0, %p5; selp.b32 %r42, 0x10000, 0, %p6; or.b32 %z, %r41, %r42;",
                    [32, 32, 32], Operands.Pairs(format, 2),
                    x => FloatArithmeticForms.Pair(16, x, h => Compare(comparison, Order(format, Take(h[0]), Take(h[1]))) ? 1ul : 0));
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Integers_are_compared_as_their_type_says(int width)
    {
        FormTable table = new();
        ulong[][] operands = Operands.Integers(width, 2);
        BigInteger Signed(ulong bits) => (bits >> (width - 1)) != 0 ? (BigInteger)bits - (BigInteger.One << width) : bits;
        foreach (string comparison in FloatComparisons.Take(6))
        {
            AddPredicates(table, $"{comparison}?.s{width}", width, operands, (a, b) => Compare(comparison, Signed(a).CompareTo(Signed(b))));
            AddPredicates(table, $"{comparison}?.u{width}", width, operands, (a, b) => Compare(comparison, a.CompareTo(b)));
        }

        foreach (string comparison in (string[])["lo", "ls", "hi", "hs"])
        {
            AddPredicates(table, $"{comparison}?.u{width}", width, operands, (a, b) => Compare(comparison, a.CompareTo(b)));
        }

        AddPredicates(table, $"eq?.b{width}", width, operands, (a, b) => a == b);
        AddPredicates(table, $"ne?.b{width}", width, operands, (a, b) => a != b);
        table.Add($"setp.eq.s{width} %p5, %a, -1; selp.b32 %z, 1, 0, %p5;", [32, width], Operands.Integers(width, 1), x => Signed(x[0]) == -1 ? 1ul : 0);
        table.Verify();
    }

    [Fact]
    public void Set_gives_ones_or_the_number_one()
    {
        FormTable table = new();
        foreach ((string source, int width) in ((string, int)[])[("f32", 32), ("f64", 64), ("s16", 16), ("u32", 32), ("s32", 32), ("s64", 64)])
        {
            bool isFloat = source[0] == 'f';
            ulong[][] operands = isFloat ? Operands.Floats(FloatFormat.Of(source), 2) : Operands.Integers(width, 2);
            foreach (string comparison in isFloat ? FloatComparisons : FloatComparisons.Take(6))
            {
                bool Holds(ulong[] x) => Compare(comparison, isFloat ? Order(FloatFormat.Of(source), x[0], x[1])
                    : source[0] == 'u' ? x[0].CompareTo(x[1]) : ((long)(x[0] << (64 - width))).CompareTo((long)(x[1] << (64 - width))));
                table.Add($"set.{comparison}.u32.{source} %z, %a, %b;", [32, width, width], operands, x => Holds(x) ? 0xFFFFFFFF : 0ul);
                table.Add($"set.{comparison}.s32.{source} %z, %a, %b;", [32, width, width], operands, x => Holds(x) ? 0xFFFFFFFF : 0ul);
                table.Add($"set.{comparison}.f32.{source} %z, %a, %b;", [32, width, width], operands, x => Holds(x) ? 0x3F800000u : 0ul);
                table.Add(
                    $"setp.eq.s{width} %p5, %a, %b; set.{comparison}.xor.u32.{source} %z, %a, %b, !%p5;", [32, width, width], operands,
                    x => Holds(x) != (x[0] != x[1]) ? 0xFFFFFFFF : 0ul);
            }
        }

        foreach (string comparison in FloatComparisons)
        {
            foreach (string flush in (string[])["", ".ftz"])
            {
                ulong Take(ulong bits) => flush.Length > 0 ? FloatFormat.Half.Flush(bits) : bits;
                bool Holds(ulong[] x) => Compare(comparison, Order(FloatFormat.Half, Take(x[0]), Take(x[1])));
                table.Add($"set.{comparison}{flush}.f16.f16 %z, %a, %b;", [16, 16, 16], Operands.Floats(FloatFormat.Half, 2), x => Holds(x) ? 0x3C00ul : 0);
                table.Add($"set.{comparison}{flush}.u16.f16 %z, %a, %b;", [16, 16, 16], Operands.Floats(FloatFormat.Half, 2), x => Holds(x) ? 0xFFFFul : 0);
                table.Add($"set.{comparison}{flush}.s32.f16 %z, %a, %b;", [32, 16, 16], Operands.Floats(FloatFormat.Half, 2), x => Holds(x) ? 0xFFFFFFFFul : 0);
                table.Add(
                    $"set.{comparison}{flush}.f16x2.f16x2 %z, %a, %b;", [32, 32, 32], Operands.Pairs(FloatFormat.Half, 2),
                    x => FloatArithmeticForms.Pair(16, x, h => Holds(h) ? 0x3C00ul : 0));
                table.Add(
                    $"set.{comparison}{flush}.u32.f16x2 %z, %a, %b;", [32, 32, 32], Operands.Pairs(FloatFormat.Half, 2),
                    x => FloatArithmeticForms.Pair(16, x, h => Holds(h) ? 0xFFFFul : 0));
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData(16, "b16", "u16", "s16")]
    [InlineData(32, "b32", "u32", "s32", "f32")]
    [InlineData(64, "b64", "u64", "s64", "f64")]
    public void Values_are_selected_by_a_predicate_or_a_sign(int width, params string[] types)
    {
        FormTable table = new();
        ulong[][] operands = Operands.Integers(width, 2);
        ulong[][] floats = [.. operands, [.. Operands.Floats(FloatFormat.Single, 3)[0].Take(operands[0].Length)]];
        ulong[][] integers = [.. operands, [.. Operands.Integers(32, 3)[0].Take(operands[0].Length)]];
        foreach (string type in types)
        {
            foreach (string sign in (string[])["", "!"])
            {
                table.Add(
                    $"setp.lt.u{width} %p5, %a, %b; selp.{type} %z, %a, %b, {sign}%p5;", [width, width, width], operands,
                    x => x[0] < x[1] == (sign.Length == 0) ? x[0] : x[1]);
            }

            static bool IsNotNegative(ulong bits) => Order(FloatFormat.Single, bits, 0) >= 0;
            table.Add($"slct.{type}.s32 %z, %a, %b, %c;", [width, width, width, 32], integers, x => (int)x[2] >= 0 ? x[0] : x[1]);
            table.Add($"slct.{type}.f32 %z, %a, %b, %c;", [width, width, width, 32], floats, x => IsNotNegative(x[2]) ? x[0] : x[1]);
            table.Add($"slct.ftz.{type}.f32 %z, %a, %b, %c;", [width, width, width, 32], floats, x => IsNotNegative(FloatFormat.Single.Flush(x[2])) ? x[0] : x[1]);
        }

        table.Verify();
    }
}
