using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Every atomic operation on global and shared memory, through its own space and through generic addresses: what it leaves and what it gives back.</summary>
public sealed class AtomicForms
{
    private static ulong Integer(string operation, ulong old, ulong b, int width, bool isSigned)
    {
        ulong mask = width == 64 ? ulong.MaxValue : uint.MaxValue;
        long Signed(ulong bits) => (long)(bits << (64 - width)) >> (64 - width);
        bool less = isSigned ? Signed(old) < Signed(b) : old < b;
        return operation switch
        {
            "add" => (old + b) & mask,
            "min" => less ? old : b,
            "max" => less ? b : old,
            "inc" => old >= b ? 0 : old + 1,
            "dec" => old == 0 || old > b ? b : old - 1,
            "and" => old & b,
            "or" => old | b,
            "xor" => old ^ b,
            _ => b,
        };
    }

    /// <summary>%z becomes the old value and, in the upper half of a 64-bit word or xor-ed to it, the new one.</summary>
    private static void Add(FormTable table, string opcode, int width, int operands, ulong[][] columns, Func<ulong[], ulong> result)
    {
        int[] widths = [width, .. Enumerable.Repeat(width, operands)];
        string arguments = string.Join(", ", "%b, %c".Split(", ").Take(operands - 1));
        string register = width == 64 ? "%d40" : width == 16 ? "%h20" : "%r40";
        foreach ((string space, string address, string prepare, string store) in new[]
        {
            (".global", "%d1", "", "global"),
            ("", "%d1", "", "global"),
            (".shared", "%d20", "mov.u64 %d20, cell; mul.wide.u32 %d21, %r1, 8; add.s64 %d20, %d20, %d21;", "shared"),
            ("", "%d22", "mov.u64 %d20, cell; mul.wide.u32 %d21, %r1, 8; add.s64 %d20, %d20, %d21; cvta.shared.u64 %d22, %d20;", "shared"),
        })
        {
            string cell = store == "global" ? "%d1" : "%d20";
            string atom = opcode.Replace("?", space, StringComparison.Ordinal);
            string start = $"{prepare} st.{store}.b{width} [{cell}], %a;";
            table.Add(
                $".shared .align 8 .b8 cell[512]; {start} {atom} {register}, [{address}], {arguments}; ld.{store}.b{width} %z, [{cell}];", widths, columns, result);
            table.Add($".shared .align 8 .b8 cell[512]; {start} {atom} %z, [{address}], {arguments};", widths, columns, x => x[0]);
            if (!opcode.Contains("exch", StringComparison.Ordinal) && !opcode.Contains("cas", StringComparison.Ordinal))
            {
                table.Add(
                    $".shared .align 8 .b8 cell[512]; {start} {atom.Replace("atom", "red", StringComparison.Ordinal)} [{address}], {arguments}; ld.{store}.b{width} %z, [{cell}];",
                    widths, columns, result);
            }
        }
    }

    [Fact]
    public void Integers_are_combined()
    {
        FormTable table = new();
        foreach ((string operation, string[] types) in new (string, string[])[]
        {
            ("add", ["u32", "s32", "u64"]),
            ("min", ["u32", "s32", "u64", "s64"]),
            ("max", ["u32", "s32", "u64", "s64"]),
            ("inc", ["u32"]),
            ("dec", ["u32"]),
            ("and", ["b32", "b64"]),
            ("or", ["b32", "b64"]),
            ("xor", ["b32", "b64"]),
            ("exch", ["b32", "b64"]),
        })
        {
            foreach (string type in types)
            {
                int width = type.EndsWith("64", StringComparison.Ordinal) ? 64 : 32;
                Add(table, $"atom?.{operation}.{type}", width, 2, Operands.Integers(width, 2), x => Integer(operation, x[0], x[1], width, type[0] == 's'));
            }
        }

        foreach (int width in (int[])[16, 32, 64])
        {
            ulong[][] columns = Operands.Integers(width, 3);
            columns[1] = [.. columns[1].Select((bits, at) => at % 2 == 0 ? columns[0][at] : bits)];
            Add(table, $"atom?.cas.b{width}", width, 3, columns, x => x[0] == x[1] ? x[2] : x[0]);
        }

        table.Verify();
    }

    [Fact]
    public void Halves_and_doubles_are_added()
    {
        FormTable table = new();
        static ulong Sum(FloatFormat format, ulong[] x) => format.Round(ExactNumber.Add(format.Decode(x[0]), format.Decode(x[1]), false), 'n');
        foreach (FloatFormat format in (FloatFormat[])[FloatFormat.Half, FloatFormat.Brain])
        {
            Add(table, $"atom?.add.noftz.{format.Name}", 16, 2, Operands.Floats(format, 2), x => Sum(format, x));
            Add(table, $"atom?.add.noftz.{format.Name}x2", 32, 2, Operands.Pairs(format, 2), x => FloatArithmeticForms.Pair(16, x, h => Sum(format, h)));
        }

        ulong[][] doubles = Operands.Floats(FloatFormat.Double, 2);
        bool[] numbers = [.. doubles[0].Select((_, at) => !FloatFormat.Double.Decode(Sum(FloatFormat.Double, [doubles[0][at], doubles[1][at]])).IsNaN)];
        Add(table, "atom?.add.f64", 64, 2, [.. doubles.Select(column => column.Where((_, at) => numbers[at]).ToArray())], x => Sum(FloatFormat.Double, x));
        table.Verify();
    }

    [Theory]
    [InlineData("global", true)]
    [InlineData("shared", false)]
    public void Sums_of_singles_are_flushed_in_global_memory_alone(string space, bool flush)
    {
        FormTable table = new();
        FloatFormat single = FloatFormat.Single;
        ulong Take(ulong bits) => flush ? single.Flush(bits) : bits;
        ulong Sum(ulong[] x) => Take(single.Round(ExactNumber.Add(single.Decode(Take(x[0])), single.Decode(Take(x[1])), false), 'n'));
        string cell = space == "global" ? "%d1" : "%d20";
        string start = $".shared .align 8 .b8 cell[512]; mov.u64 %d20, cell; mul.wide.u32 %d21, %r1, 8; add.s64 %d20, %d20, %d21; st.{space}.b32 [{cell}], %a;";
        table.Add($"{start} atom.{space}.add.f32 %f5, [{cell}], %b; ld.{space}.b32 %z, [{cell}];", [32, 32, 32], Operands.Floats(single, 2), Sum);
        table.Add($"{start} red.{space}.add.f32 [{cell}], %b; ld.{space}.b32 %z, [{cell}];", [32, 32, 32], Operands.Floats(single, 2), Sum);
        table.Add($"{start} atom.{space}.add.f32 %z, [{cell}], %b;", [32, 32, 32], Operands.Floats(single, 2), x => x[0]);
        table.Verify();
    }
}
