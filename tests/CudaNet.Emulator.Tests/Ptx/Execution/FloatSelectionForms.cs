using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>What picks among floats or changes their sign: minimum, maximum, absolute value, negation, and questions about one number.</summary>
public sealed class FloatSelectionForms
{
    private static ulong Extreme(FloatFormat format, ulong[] x, bool max, bool flush, bool propagate, bool signed)
    {
        ulong a = flush ? format.Flush(x[0]) : x[0];
        ulong b = flush ? format.Flush(x[1]) : x[1];
        ulong sign = (a ^ b) & format.SignBit;
        (a, b) = signed ? (a & ~format.SignBit, b & ~format.SignBit) : (a, b);
        ExactNumber left = format.Decode(a);
        ExactNumber right = format.Decode(b);
        if (left.IsNaN || right.IsNaN)
        {
            if (propagate || (left.IsNaN && right.IsNaN))
            {
                return format.NaN;
            }

            return (left.IsNaN ? b : a) | (signed ? sign : 0);
        }

        int order = ExactNumber.Compare(left, right);
        order = order != 0 ? order : format.IsNegative(b).CompareTo(format.IsNegative(a));
        return (order < 0 != max ? a : b) | (signed ? sign : 0);
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f64")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Minimum_and_maximum_know_zeros_and_NaN(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach (bool max in (bool[])[false, true])
        {
            foreach (string options in (string[])["", ".ftz", ".NaN", ".ftz.NaN", ".xorsign.abs", ".ftz.xorsign.abs", ".NaN.xorsign.abs", ".ftz.NaN.xorsign.abs"])
            {
                bool flush = options.StartsWith(".ftz", StringComparison.Ordinal);
                if ((flush && type is "bf16") || (options.Length > 0 && type == "f64"))
                {
                    continue;
                }

                ulong One(ulong[] x) => Extreme(
                    format, x, max, flush, options.Contains("NaN", StringComparison.Ordinal), options.Contains("abs", StringComparison.Ordinal));
                string text = $"{(max ? "max" : "min")}{options}.{type}";
                table.Add($"{text} %z, %a, %b;", [format.Width, format.Width, format.Width], Operands.Floats(format, 2), One, type == "f64" ? format : null);
                if (format.Width == 16)
                {
                    table.Add($"{text}x2 %z, %a, %b;", [32, 32, 32], Operands.Pairs(format, 2), x => FloatArithmeticForms.Pair(16, x, One));
                }
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f64")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Signs_are_cleared_flipped_and_copied(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        int width = format.Width;
        foreach (string flush in type is "f32" or "f16" ? (string[])["", ".ftz"] : [""])
        {
            ulong Take(ulong bits) => flush.Length > 0 ? format.Flush(bits) : bits;
            foreach ((string name, Func<ulong[], ulong> one) in new (string, Func<ulong[], ulong>)[]
            {
                ("abs", x => Take(x[0]) & ~format.SignBit),
                ("neg", x => Take(x[0]) ^ format.SignBit),
            })
            {
                table.Add($"{name}{flush}.{type} %z, %a;", [width, width], Operands.Floats(format, 1), one);
                if (width == 16)
                {
                    table.Add($"{name}{flush}.{type}x2 %z, %a;", [32, 32], Operands.Pairs(format, 1), x => FloatArithmeticForms.Pair(16, x, one));
                }
            }
        }

        if (width > 16)
        {
            table.Add(
                $"copysign.{type} %z, %a, %b;", [width, width, width], Operands.Floats(format, 2),
                x => (x[0] & format.SignBit) | (x[1] & ~format.SignBit));
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f64")]
    public void Kinds_of_numbers_are_told_apart(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach ((string test, Func<ulong, bool> holds) in new (string, Func<ulong, bool>)[]
        {
            ("finite", a => !format.Decode(a).IsNaN && !format.Decode(a).IsInfinite),
            ("infinite", a => format.Decode(a).IsInfinite),
            ("number", a => !format.Decode(a).IsNaN),
            ("notanumber", a => format.Decode(a).IsNaN),
            ("normal", a => !format.Decode(a).IsNaN && !format.Decode(a).IsInfinite && !format.IsSubnormal(a)),
            ("subnormal", format.IsSubnormal),
        })
        {
            table.Add(
                $"testp.{test}.{type} %p5, %a; selp.b32 %z, 1, 0, %p5;", [32, format.Width], Operands.Floats(format, 1), x => holds(x[0]) ? 1ul : 0);
        }

        table.Verify();
    }
}
