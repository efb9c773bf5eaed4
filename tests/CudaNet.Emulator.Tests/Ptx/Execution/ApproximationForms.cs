using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>
/// The approximate functions: the special values that are prescribed, and between them the rounded value. What the host's own functions cannot say exactly is
/// allowed one unit.
/// </summary>
public sealed class ApproximationForms
{
    private const ulong Zero = 0;
    private const ulong MinusZero = 0x80000000;
    private const ulong One = 0x3F800000;
    private const ulong Infinity = 0x7F800000;
    private const ulong MinusInfinity = 0xFF800000;
    private const ulong NaN = 0x7FFFFFFF;

    // -Inf, -normal, -subnormal, -0, +0, +subnormal, +normal, +Inf, NaN; -1 stands for what is not prescribed.
    private static readonly ulong[] Kinds = [MinusInfinity, 0xC2480000, 0x80012345, MinusZero, Zero, 0x00012345, 0x42480000, Infinity, 0x7FC00001];

    public static TheoryData<string, ulong[]> Prescribed() => new()
    {
        { "ex2.approx.ftz.f32", [Zero, ulong.MaxValue, One, One, One, One, ulong.MaxValue, Infinity, NaN] },
        { "ex2.approx.f32", [Zero, ulong.MaxValue, One, One, One, One, ulong.MaxValue, Infinity, NaN] },
        { "lg2.approx.ftz.f32", [NaN, NaN, MinusInfinity, MinusInfinity, MinusInfinity, MinusInfinity, ulong.MaxValue, Infinity, NaN] },
        { "lg2.approx.f32", [NaN, NaN, NaN, MinusInfinity, MinusInfinity, ulong.MaxValue, ulong.MaxValue, Infinity, NaN] },
        { "sin.approx.ftz.f32", [NaN, ulong.MaxValue, MinusZero, MinusZero, Zero, Zero, ulong.MaxValue, NaN, NaN] },
        { "sin.approx.f32", [NaN, ulong.MaxValue, 0x80012345, MinusZero, Zero, 0x00012345, ulong.MaxValue, NaN, NaN] },
        { "cos.approx.ftz.f32", [NaN, ulong.MaxValue, One, One, One, One, ulong.MaxValue, NaN, NaN] },
        { "cos.approx.f32", [NaN, ulong.MaxValue, One, One, One, One, ulong.MaxValue, NaN, NaN] },
        { "rsqrt.approx.ftz.f32", [NaN, NaN, MinusInfinity, MinusInfinity, Infinity, Infinity, ulong.MaxValue, Zero, NaN] },
        { "rsqrt.approx.f32", [NaN, NaN, NaN, MinusInfinity, Infinity, ulong.MaxValue, ulong.MaxValue, Zero, NaN] },
        { "sqrt.approx.ftz.f32", [NaN, NaN, MinusZero, MinusZero, Zero, Zero, ulong.MaxValue, Infinity, NaN] },
        { "sqrt.approx.f32", [NaN, NaN, NaN, MinusZero, Zero, ulong.MaxValue, ulong.MaxValue, Infinity, NaN] },
        { "rcp.approx.ftz.f32", [MinusZero, ulong.MaxValue, MinusInfinity, MinusInfinity, Infinity, Infinity, ulong.MaxValue, Zero, NaN] },
        { "rcp.approx.f32", [MinusZero, ulong.MaxValue, MinusInfinity, MinusInfinity, Infinity, Infinity, ulong.MaxValue, Zero, NaN] },
        { "tanh.approx.f32", [0xBF800000, ulong.MaxValue, 0x80012345, MinusZero, Zero, 0x00012345, ulong.MaxValue, One, NaN] },
    };

    [Theory]
    [MemberData(nameof(Prescribed))]
    public void Special_values_are_as_prescribed(string instruction, ulong[] expected)
    {
        ulong[] actual = Interpreter.Evaluate($"{instruction} %z, %a;", [32, 32], Kinds);
        for (int at = 0; at < Kinds.Length; at++)
        {
            Assert.True(expected[at] == ulong.MaxValue || expected[at] == actual[at], $"{instruction} 0x{Kinds[at]:x}: expected 0x{expected[at]:x}, got 0x{actual[at]:x}");
        }
    }

    [Fact]
    public void Quotients_roots_and_reciprocals_are_the_rounded_value()
    {
        FormTable table = new();
        FloatFormat single = FloatFormat.Single;
        foreach (string flush in (string[])["", ".ftz"])
        {
            ulong Take(ulong bits) => flush.Length > 0 ? single.Flush(bits) : bits;
            ulong Divide(ulong[] x) => Take(single.Round(single.Decode(Take(x[0])) / single.Decode(Take(x[1])), 'n'));
            table.Add($"div.full{flush}.f32 %z, %a, %b;", [32, 32, 32], Operands.Floats(single, 2), Divide);

            // The reciprocal of a divisor above 2^126 counts as zero.
            table.Add($"div.approx{flush}.f32 %z, %a, %b;", [32, 32, 32], Operands.Floats(single, 2), x =>
            {
                ExactNumber b = single.Decode(x[1]);
                bool large = !b.IsNaN && ExactNumber.Compare(b.Abs(), new ExactNumber(false, 1, 126)) > 0;
                return large ? single.Round(single.Decode(Take(x[0])) * new ExactNumber(b.IsNegative, 0, 0), 'n') : Divide(x);
            });
            table.Add($"rcp.approx{flush}.f32 %z, %a;", [32, 32], Operands.Floats(single, 1), x => Take(single.Round(ExactNumber.Of(1) / single.Decode(Take(x[0])), 'n')));
            table.Add($"sqrt.approx{flush}.f32 %z, %a;", [32, 32], Operands.Floats(single, 1), x => Take(single.Round(single.Decode(Take(x[0])).SquareRoot(), 'n')));
        }

        table.Verify();
    }

    [Fact]
    public void Coarse_approximations_read_and_give_the_upper_word()
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Double;
        FloatFormat upper = new("upper word", 64, 11, 20, 32);
        foreach ((string name, Func<ExactNumber, ExactNumber> exact) in new (string, Func<ExactNumber, ExactNumber>)[]
        {
            ("rcp", a => ExactNumber.Of(1) / a),
            ("rsqrt", a => a.IsZero ? ExactNumber.Infinity(a.IsNegative) : ExactNumber.Of(1) / a.SquareRoot() with { IsMore = false }),
        })
        {
            table.Add($"{name}.approx.ftz.f64 %z, %a;", [64, 64], Operands.Floats(format, 1), x =>
                format.Decode(x[0]).IsNaN ? upper.NaN & 0xFFFFFFFF_00000000
                    : exact(format.Decode(format.Flush(x[0] & 0xFFFFFFFF_00000000))) is { IsNaN: false } value ? upper.Flush(upper.Round(value, 'n'))
                    : upper.NaN & 0xFFFFFFFF_00000000);
        }

        table.Verify();
    }

    [Theory]
    [InlineData("ex2.approx.f32")]
    [InlineData("lg2.approx.f32")]
    [InlineData("rsqrt.approx.f32")]
    [InlineData("sin.approx.f32")]
    [InlineData("cos.approx.f32")]
    [InlineData("tanh.approx.f32")]
    public void Functions_are_within_a_unit_of_the_true_value(string instruction)
    {
        ulong[] values = [.. Enumerable.Range(-400, 800).Select(at => (ulong)BitConverter.SingleToUInt32Bits(at * 0.0371f))];
        ulong[] actual = Interpreter.Evaluate($"{instruction} %z, %a;", [32, 32], values);
        for (int at = 0; at < values.Length; at++)
        {
            double a = BitConverter.UInt32BitsToSingle((uint)values[at]);
            double truth = instruction[..3] switch
            {
                "ex2" => Math.Exp(a * Math.Log(2)),
                "lg2" => Math.Log(a) / Math.Log(2),
                "rsq" => Math.Pow(a, -0.5),
                "sin" => Math.Sin(a),
                "cos" => Math.Cos(a),
                _ => Math.Tanh(a),
            };
            float given = BitConverter.UInt32BitsToSingle((uint)actual[at]);
            double unit = Math.Abs(truth) * Math.ScaleB(1, -23);
            Assert.True(double.IsNaN(truth) ? float.IsNaN(given) : given == truth || Math.Abs(given - truth) <= unit, $"{instruction} {a}: {truth}, got {given}");
        }
    }

    [Theory]
    [InlineData("ex2.approx.f16", "f16")]
    [InlineData("ex2.approx.f16x2", "f16")]
    [InlineData("tanh.approx.f16", "f16")]
    [InlineData("tanh.approx.f16x2", "f16")]
    [InlineData("ex2.approx.ftz.bf16", "bf16")]
    [InlineData("ex2.approx.ftz.bf16x2", "bf16")]
    [InlineData("tanh.approx.bf16", "bf16")]
    [InlineData("tanh.approx.bf16x2", "bf16")]
    public void Functions_of_halves_are_the_rounded_value(string instruction, string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        bool flush = instruction.Contains("ftz", StringComparison.Ordinal);
        ulong One(ulong[] x)
        {
            double a = BitConverter.UInt64BitsToDouble(FloatFormat.Double.Round(format.Decode(flush ? format.Flush(x[0]) : x[0]), 'n'));
            double truth = instruction.StartsWith("ex2", StringComparison.Ordinal) ? Math.Pow(2, a) : Math.Tanh(a);
            ulong bits = format.Round(FloatFormat.Double.Decode(BitConverter.DoubleToUInt64Bits(truth)), 'n');
            return flush ? format.Flush(bits) : bits;
        }

        if (instruction.EndsWith("x2", StringComparison.Ordinal))
        {
            table.Add($"{instruction} %z, %a;", [32, 32], Operands.Pairs(format, 1), x => FloatArithmeticForms.Pair(16, x, One));
        }
        else
        {
            table.Add($"{instruction} %z, %a;", [16, 16], Operands.Floats(format, 1), One);
        }

        table.Verify();
    }
}
