using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Conversions between every pair of types, in every rounding, saturated and not.</summary>
public sealed class ConversionForms
{
    private static readonly string[] IntegerTypes = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64"];

    private static readonly string[] FloatTypes = ["f16", "bf16", "f32", "f64"];

    private static int Width(string type) => int.Parse(type.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The register a type is held in; numbers of 8 bits are held in 32.</summary>
    private static int Register(string type) => Width(type) == 8 ? 32 : Width(type);

    private static BigInteger Value(string type, ulong bits)
    {
        BigInteger value = bits & (ulong)((BigInteger.One << Width(type)) - 1);
        return type[0] == 's' && (value >> (Width(type) - 1)) == 1 ? value - (BigInteger.One << Width(type)) : value;
    }

    private static BigInteger Clamp(string type, BigInteger value)
    {
        int bits = Width(type);
        return type[0] == 's'
            ? BigInteger.Clamp(value, -(BigInteger.One << (bits - 1)), (BigInteger.One << (bits - 1)) - 1)
            : BigInteger.Clamp(value, 0, (BigInteger.One << bits) - 1);
    }

    /// <summary>The type's bits, extended by its sign to a register.</summary>
    private static ulong Store(string type, BigInteger value, int register)
    {
        BigInteger kept = Value(type, (ulong)(value & ulong.MaxValue));
        return (ulong)(kept & ((BigInteger.One << register) - 1));
    }

    [Fact]
    public void Integers_become_integers()
    {
        FormTable table = new();
        foreach (string to in IntegerTypes)
        {
            foreach (string from in IntegerTypes)
            {
                ulong[][] operands = Operands.Integers(Register(from), 1);
                int register = Register(to);
                table.Add($"cvt.{to}.{from} %z, %a;", [register, Register(from)], operands, x => Store(to, Value(from, x[0]), register));
                table.Add($"cvt.sat.{to}.{from} %z, %a;", [register, Register(from)], operands, x => Store(to, Clamp(to, Value(from, x[0])), register));
            }
        }

        table.Add("cvt.s8.s32 %z, %a;", [16, 32], Operands.Integers(32, 1), x => Store("s8", Value("s32", x[0]), 16));
        table.Add("cvt.u16.u8 %z, %a;", [16, 32], Operands.Integers(32, 1), x => (byte)x[0]);
        table.Verify();
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    [InlineData("f32")]
    [InlineData("f64")]
    public void Integers_become_floats(string to)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(to);
        foreach (string from in IntegerTypes)
        {
            foreach (char direction in "nzmp")
            {
                ulong[][] operands = Operands.Integers(Register(from), 1);
                string[] options = to switch
                {
                    "bf16" => [""],
                    "f32" => ["", ".sat", ".ftz", ".ftz.sat"],
                    _ => ["", ".sat"],
                };
                foreach (string option in options)
                {
                    table.Add($"cvt.r{direction}{option}.{to}.{from} %z, %a;", [format.Width, Register(from)], operands, x =>
                    {
                        ulong bits = format.Round(ExactNumber.Of(Value(from, x[0])), direction);
                        return option.EndsWith(".sat", StringComparison.Ordinal) ? FloatArithmeticForms.Saturate(format, bits) : bits;
                    });
                }
            }
        }

        table.Verify();
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    [InlineData("f32")]
    [InlineData("f64")]
    public void Floats_become_the_nearest_integer_there_is(string from)
    {
        FormTable table = new();
        FloatFormat format = FloatFormat.Of(from);
        ulong[] operands = [.. Operands.Floats(format, 1)[0], .. Enumerable.Range(-140, 280).Select(n => format.Round(new ExactNumber(n < 0, Math.Abs(n) * 7, -2), 'n')),
            .. Enumerable.Range(5, 62).SelectMany(n => (ulong[])[format.Round(new ExactNumber(n % 2 == 0, (BigInteger.One << n) - 1, 0), 'z'), format.Round(new ExactNumber(n % 2 == 1, BigInteger.One << n, 0), 'n')])];
        foreach (string to in IntegerTypes)
        {
            foreach (char direction in "nzmp")
            {
                foreach (string option in from == "f32" ? (string[])["", ".ftz", ".sat", ".ftz.sat"] : from == "bf16" ? [""] : ["", ".sat"])
                {
                    table.Add($"cvt.r{direction}i{option}.{to}.{from} %z, %a;", [Register(to), format.Width], [operands], x =>
                    {
                        ExactNumber value = format.Decode(option.StartsWith(".ftz", StringComparison.Ordinal) ? format.Flush(x[0]) : x[0]);
                        BigInteger integer = value.IsNaN ? 0
                            : value.IsInfinite ? (value.IsNegative ? -(BigInteger.One << 80) : BigInteger.One << 80)
                            : value.ToInteger(direction);
                        return Store(to, Clamp(to, integer), Register(to));
                    });
                }
            }
        }

        table.Verify();
    }

    [Fact]
    public void Floats_become_floats()
    {
        FormTable table = new();
        foreach (string to in FloatTypes)
        {
            foreach (string from in FloatTypes)
            {
                FloatFormat source = FloatFormat.Of(from);
                FloatFormat result = FloatFormat.Of(to);
                bool narrows = result.MantissaBits < source.MantissaBits || result.ExponentBits < source.ExponentBits;
                string[] roundings = to == from ? ["", ".rni", ".rzi", ".rmi", ".rpi"]
                    : to == "bf16" && from == "f32" ? [".rn", ".rz"]
                    : narrows ? [".rn", ".rz", ".rm", ".rp"] : [""];
                foreach (string rounding in roundings)
                {
                    foreach (string option in Options(to, from))
                    {
                        AddFloats(table, result, source, rounding, option);
                    }
                }
            }
        }

        table.Verify();
    }

    private static string[] Options(string to, string from) => (to, from) switch
    {
        ("f32", "bf16") => ["", ".ftz"],
        ("bf16", "f32") => ["", ".relu"],
        ("bf16", _) or (_, "bf16") => [""],
        ("f32", _) or (_, "f32") => ["", ".ftz", ".sat", ".ftz.sat"],
        _ => ["", ".sat"],
    };

    private static void AddFloats(FormTable table, FloatFormat to, FloatFormat from, string rounding, string option)
    {
        char direction = rounding.Length > 0 ? rounding[2] : 'n';
        bool integral = rounding.EndsWith('i');
        bool flush = option.Contains("ftz", StringComparison.Ordinal);
        table.Add($"cvt{rounding}{option}.{to.Name}.{from.Name} %z, %a;", [to.Width, from.Width], Operands.Floats(from, 1), x =>
        {
            ExactNumber value = from.Decode(flush && from == FloatFormat.Single ? from.Flush(x[0]) : x[0]);
            if (integral && !value.IsNaN && !value.IsInfinite)
            {
                value = ExactNumber.Of(value.ToInteger(direction)) with { IsNegative = value.IsNegative };
            }

            ulong bits = to.Round(value, direction);
            bits = option.EndsWith(".sat", StringComparison.Ordinal) ? FloatArithmeticForms.Saturate(to, bits) : bits;
            bits = option == ".relu" && to.IsNegative(bits) ? 0 : bits;
            return flush && to == FloatFormat.Single ? to.Flush(bits) : bits;
        }, to == FloatFormat.Double ? to : null);
    }

    [Fact]
    public void Singles_become_pairs_of_halves_and_tensor_floats()
    {
        FormTable table = new();
        FloatFormat single = FloatFormat.Single;
        foreach (char direction in "nz")
        {
            foreach (string relu in (string[])["", ".relu"])
            {
                ulong Rectify(FloatFormat format, ulong bits) => relu.Length > 0 && format.IsNegative(bits) ? 0 : bits;
                foreach (FloatFormat half in (FloatFormat[])[FloatFormat.Half, FloatFormat.Brain])
                {
                    ulong Round(ulong bits) => Rectify(half, half.Round(single.Decode(bits), direction));
                    table.Add($"cvt.r{direction}{relu}.{half.Name}x2.f32 %z, %a, %b;", [32, 32, 32], Operands.Floats(single, 2), x => (Round(x[0]) << 16) | Round(x[1]));
                    table.Add($"cvt.r{direction}{relu}.{half.Name}.f32 %z, %a;", [16, 32], Operands.Floats(single, 1), x => Round(x[0]));
                }

                table.Add(
                    $"cvt.r{direction}{relu}.tf32.f32 %z, %a;", [32, 32], Operands.Floats(single, 1),
                    x => Rectify(single, single.Decode(x[0]).IsNaN ? single.NaN : FloatFormat.Tf32.Round(single.Decode(x[0]), direction)));
            }
        }

        table.Add(
            "cvt.rna.tf32.f32 %z, %a;", [32, 32], Operands.Floats(single, 1),
            x => single.Decode(x[0]).IsNaN ? single.NaN : FloatFormat.Tf32.Round(single.Decode(x[0]), 'a'));
        table.Verify();
    }
}
