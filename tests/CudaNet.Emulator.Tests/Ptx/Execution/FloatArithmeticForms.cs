using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Sums, products, quotients and roots of every type, rounding, flush and saturation, rounded once from the exact result.</summary>
public sealed class FloatArithmeticForms
{
    private static readonly (string Name, int Operands)[] Operations =
        [("add", 2), ("sub", 2), ("mul", 2), ("fma", 3), ("mad", 3), ("div", 2), ("rcp", 1), ("sqrt", 1)];

    internal static ExactNumber Exact(string operation, ExactNumber[] x, char direction) => operation switch
    {
        "add" => ExactNumber.Add(x[0], x[1], direction == 'm'),
        "sub" => ExactNumber.Add(x[0], -x[1], direction == 'm'),
        "mul" => x[0] * x[1],
        "fma" or "mad" => ExactNumber.Add(x[0] * x[1], x[2], direction == 'm'),
        "div" => x[0] / x[1],
        "rcp" => ExactNumber.Of(1) / x[0],
        _ => x[0].SquareRoot(),
    };

    internal static ulong Saturate(FloatFormat format, ulong bits)
    {
        ExactNumber value = format.Decode(bits);
        return value.IsNaN || value.IsNegative || value.IsZero ? 0 : ExactNumber.Compare(value, ExactNumber.Of(1)) > 0 ? format.One : bits;
    }

    private static ulong Expected(FloatFormat format, string operation, ulong[] x, char direction, bool flush, bool saturate, bool relu)
    {
        ulong bits = format.Round(Exact(operation, [.. x.Select(a => format.Decode(flush ? format.Flush(a) : a))], direction), direction);
        bits = saturate ? Saturate(format, bits) : bits;
        bits = relu && format.IsNegative(bits) ? 0 : bits;
        return flush ? format.Flush(bits) : bits;
    }

    private static void AddForms(FormTable table, FloatFormat format, string suffix, string operation, int operands, string rounding, string options)
    {
        char direction = rounding.Length > 0 ? rounding[^1] : 'n';
        bool flush = options.Contains(".ftz", StringComparison.Ordinal);
        bool saturate = options.Contains(".sat", StringComparison.Ordinal);
        bool relu = options.Contains(".relu", StringComparison.Ordinal);
        ulong One(ulong[] x) => Expected(format, operation, x, direction, flush, saturate, relu);
        string text = $"{operation}{rounding}{options}.{format.Name}{suffix} %z, {string.Join(", ", "%a, %b, %c".Split(", ").Take(operands))};";
        if (suffix.Length == 0)
        {
            table.Add(text, [.. Enumerable.Repeat(format.Width, operands + 1)], Operands.Floats(format, operands), One, format == FloatFormat.Double ? format : null);
            return;
        }

        table.Add(text, [.. Enumerable.Repeat(2 * format.Width, operands + 1)], Operands.Pairs(format, operands), x => Pair(format.Width, x, One));
    }

    internal static ulong Pair(int width, ulong[] x, Func<ulong[], ulong> one)
    {
        ulong mask = (1ul << width) - 1;
        return one([.. x.Select(a => a & mask)]) | (one([.. x.Select(a => (a >> width) & mask)]) << width);
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f64")]
    public void Singles_and_doubles_are_rounded_in_each_direction(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach ((string operation, int operands) in Operations)
        {
            bool sum = operation is "add" or "sub" or "mul";
            foreach (string rounding in (string[])[".rn", ".rz", ".rm", ".rp", .. sum ? [""] : Array.Empty<string>()])
            {
                string[] options = type == "f64" ? [""] : operation is "div" or "rcp" or "sqrt" ? ["", ".ftz"] : ["", ".ftz", ".sat", ".ftz.sat"];
                Array.ForEach(options, option => AddForms(table, format, "", operation, operands, rounding, option));
            }
        }

        table.Verify();
    }

    [Fact]
    public void Pairs_of_singles_are_rounded_in_each_direction()
    {
        FormTable table = new();
        foreach ((string operation, int operands) in Operations.Take(4))
        {
            foreach (string rounding in (string[])[".rn", ".rz", ".rm", ".rp", .. operation == "fma" ? Array.Empty<string>() : [""]])
            {
                AddForms(table, FloatFormat.Single, "x2", operation, operands, rounding, "");
                AddForms(table, FloatFormat.Single, "x2", operation, operands, rounding, ".ftz");
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Halves_are_rounded_to_nearest(string type)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(type);
        foreach ((string operation, int operands) in Operations.Take(4))
        {
            string[] options = type == "bf16" ? operation == "fma" ? ["", ".relu"] : [""]
                : operation == "fma" ? ["", ".ftz", ".sat", ".ftz.sat", ".relu", ".ftz.relu"] : ["", ".ftz", ".sat", ".ftz.sat"];
            foreach (string option in options)
            {
                AddForms(table, format, "", operation, operands, ".rn", option);
                AddForms(table, format, "x2", operation, operands, ".rn", option);
                if (operation != "fma")
                {
                    AddForms(table, format, "", operation, operands, "", option);
                }
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Halves_are_joined_with_singles_exactly(string type)
    {
        FormTable table = new();
        FloatFormat half = FloatFormat.Of(type);
        FloatFormat single = FloatFormat.Single;
        ulong[][] halves = Operands.Floats(half, 2);
        ulong[] singles = [.. Operands.Floats(single, 3)[2].Take(halves[0].Length)];
        foreach (string rounding in (string[])[".rn", ".rz", ".rm", ".rp"])
        {
            foreach (string option in (string[])["", ".sat"])
            {
                char direction = rounding[^1];
                ulong Finish(ExactNumber exact) => option == ".sat" ? Saturate(single, single.Round(exact, direction)) : single.Round(exact, direction);
                foreach (string operation in (string[])["add", "sub"])
                {
                    table.Add(
                        $"{operation}{rounding}{option}.f32.{type} %z, %a, %b;", [32, 16, 32], [halves[0], singles],
                        x => Finish(Exact(operation, [half.Decode(x[0]), single.Decode(x[1])], direction)));
                }

                table.Add(
                    $"fma{rounding}{option}.f32.{type} %z, %a, %b, %c;", [32, 16, 16, 32], [halves[0], halves[1], singles],
                    x => Finish(Exact("fma", [half.Decode(x[0]), half.Decode(x[1]), single.Decode(x[2])], direction)));
            }
        }

        table.Verify();
    }
}
