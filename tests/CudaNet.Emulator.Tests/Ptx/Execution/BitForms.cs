using System.Numerics;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Shifts, fields, bytes and tables, one bit or byte at a time as their definitions say.</summary>
public sealed class BitForms
{
    private static ulong Mask(int width) => width == 64 ? ulong.MaxValue : (1ul << width) - 1;

    /// <summary>Values of the width, and columns of small counts that reach beyond it.</summary>
    private static ulong[][] WithCounts(int width, int values, int counts)
    {
        ulong[][] columns = Operands.Integers(width, values + counts);
        return [.. columns.Select((column, at) => at < values ? column : [.. column.Select((bits, tuple) => tuple % 4 == 0 ? (uint)bits : (bits ^ (ulong)tuple) % 70)])];
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Logic_and_shifts(int width)
    {
        FormTable table = new();
        ulong mask = Mask(width);
        table.Add($"and.b{width} %z, %a, %b;", [width, width, width], Operands.Integers(width, 2), x => x[0] & x[1]);
        table.Add($"or.b{width} %z, %a, %b;", [width, width, width], Operands.Integers(width, 2), x => x[0] | x[1]);
        table.Add($"xor.b{width} %z, %a, %b;", [width, width, width], Operands.Integers(width, 2), x => x[0] ^ x[1]);
        table.Add($"not.b{width} %z, %a;", [width, width], Operands.Integers(width, 1), x => x[0] ^ mask);
        table.Add($"cnot.b{width} %z, %a;", [width, width], Operands.Integers(width, 1), x => x[0] == 0 ? 1ul : 0);
        ulong[][] shifted = WithCounts(width, 1, 1);
        foreach (string type in (string[])["b", "u", "s"])
        {
            table.Add($"shr.{type}{width} %z, %a, %b;", [width, width, 32], shifted, x =>
            {
                BigInteger value = type == "s" && (x[0] >> (width - 1)) != 0 ? (BigInteger)x[0] - (BigInteger.One << width) : x[0];
                return (ulong)((value >> (int)Math.Min(x[1], 64)) & mask);
            });
        }

        table.Add($"shl.b{width} %z, %a, %b;", [width, width, 32], shifted, x => x[1] >= (ulong)width ? 0 : (x[0] << (int)x[1]) & mask);
        table.Verify();
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Bits_are_counted_and_found(int width)
    {
        FormTable table = new();
        int[] widths = [32, width];
        ulong[][] values = Operands.Integers(width, 1);
        static int Highest(ulong bits, int width, bool isSigned)
        {
            ulong sign = isSigned ? bits >> (width - 1) : 0;
            for (int bit = width - 1; bit >= 0; bit--)
            {
                if (((bits >> bit) & 1) != sign)
                {
                    return bit;
                }
            }

            return -1;
        }

        table.Add($"popc.b{width} %z, %a;", widths, values, x => (ulong)Enumerable.Range(0, width).Count(bit => ((x[0] >> bit) & 1) != 0));
        table.Add($"clz.b{width} %z, %a;", widths, values, x => (ulong)(width - 1 - Highest(x[0], width, false)));
        table.Add($"brev.b{width} %z, %a;", [width, width], values, x => Enumerable.Range(0, width).Aggregate(0ul, (r, bit) => (r << 1) | ((x[0] >> bit) & 1)));
        foreach (bool isSigned in (bool[])[false, true])
        {
            string type = $"{(isSigned ? 's' : 'u')}{width}";
            table.Add($"bfind.{type} %z, %a;", widths, values, x => (uint)Highest(x[0], width, isSigned));
            table.Add($"bfind.shiftamt.{type} %z, %a;", widths, values, x =>
                Highest(x[0], width, isSigned) is var highest and >= 0 ? (uint)(width - 1 - highest) : uint.MaxValue);
        }

        table.Verify();
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Fields_of_any_place_and_length(int width)
    {
        FormTable table = new();
        foreach (bool isSigned in (bool[])[false, true])
        {
            table.Add($"bfe.{(isSigned ? 's' : 'u')}{width} %z, %a, %b, %c;", [width, width, 32, 32], WithCounts(width, 1, 2), x =>
            {
                int position = (int)(x[1] & 0xFF);
                int length = (int)(x[2] & 0xFF);
                ulong sign = isSigned && length != 0 ? (x[0] >> Math.Min(position + length - 1, width - 1)) & 1 : 0;
                ulong result = 0;
                for (int bit = 0; bit < width; bit++)
                {
                    result |= (bit < length && position + bit < width ? (x[0] >> (position + bit)) & 1 : sign) << bit;
                }

                return result;
            });
        }

        ulong[][] columns = WithCounts(width, 2, 1);
        for (int length = 0; length <= 256; length += length < 66 ? 5 : 95)
        {
            int count = length;
            table.Add($"bfi.b{width} %z, %a, %b, %c, {count};", [width, width, width, 32], columns, x =>
            {
                int position = (int)(x[2] & 0xFF);
                ulong result = x[1];
                for (int bit = 0; bit < (count & 0xFF) && position + bit < width; bit++)
                {
                    result = (result & ~(1ul << (position + bit))) | (((x[0] >> bit) & 1) << (position + bit));
                }

                return result;
            });
        }

        table.Verify();
    }

    [Fact]
    public void Masks_and_extensions_clamp_or_wrap()
    {
        FormTable table = new();
        ulong[][] counts = WithCounts(32, 0, 2);
        ulong[][] values = WithCounts(32, 1, 1);
        foreach (bool clamp in (bool[])[false, true])
        {
            string mode = clamp ? "clamp" : "wrap";
            table.Add($"bmsk.{mode}.b32 %z, %a, %b;", [32, 32, 32], counts, x =>
            {
                uint start = (uint)x[0] & 31;
                uint end = start + ((uint)x[1] & 31);
                uint from = clamp && x[0] >= 32 ? 0 : uint.MaxValue << (int)start;
                uint upTo = end >= 32 || (clamp && (x[0] >= 32 || x[1] >= 32)) ? 0 : uint.MaxValue << (int)end;
                return from & ~upTo;
            });
            foreach (bool isSigned in (bool[])[false, true])
            {
                table.Add($"szext.{mode}.{(isSigned ? "s32" : "u32")} %z, %a, %b;", [32, 32, 32], values, x =>
                {
                    int bits = (int)(x[1] & 31);
                    bool all = clamp && x[1] >= 32;
                    uint above = all ? 0 : uint.MaxValue << bits;
                    bool sign = isSigned && !all && bits != 0 && ((x[0] >> (bits - 1)) & 1) != 0;
                    return ((uint)x[0] & ~above) | (sign ? above : 0);
                });
            }
        }

        table.Verify();
    }

    [Fact]
    public void Funnels_shift_two_words()
    {
        FormTable table = new();
        ulong[][] columns = WithCounts(32, 2, 1);
        foreach (bool clamp in (bool[])[false, true])
        {
            int Count(ulong c) => clamp ? (int)Math.Min(c, 32) : (int)(c & 31);
            string mode = clamp ? "clamp" : "wrap";
            table.Add($"shf.l.{mode}.b32 %z, %a, %b, %c;", [32, 32, 32, 32], columns, x => (uint)((((x[1] << 32) | x[0]) << Count(x[2])) >> 32));
            table.Add($"shf.r.{mode}.b32 %z, %a, %b, %c;", [32, 32, 32, 32], columns, x => (uint)(((x[1] << 32) | x[0]) >> Count(x[2])));
        }

        table.Verify();
    }

    [Fact]
    public void The_nth_set_bit_is_found_both_ways()
    {
        FormTable table = new();
        ulong[][] columns = WithCounts(32, 1, 2);
        columns[1] = [.. columns[1].Select(bits => bits & 31)];
        columns[2] = [.. columns[2].Select((bits, at) => at % 9 == 0 ? 0x80000000 : (uint)((int)(bits % 20) - 10))];
        table.Add("fns.b32 %z, %a, %b, %c;", [32, 32, 32, 32], columns, x =>
        {
            int offset = (int)x[2];
            if (offset == 0)
            {
                return ((x[0] >> (int)x[1]) & 1) != 0 ? x[1] : uint.MaxValue;
            }

            long left = Math.Abs((long)offset) - 1;
            for (int at = (int)x[1]; at is >= 0 and < 32; at += Math.Sign(offset))
            {
                if (((x[0] >> at) & 1) != 0 && left-- == 0)
                {
                    return (uint)at;
                }
            }

            return uint.MaxValue;
        });
        table.Verify();
    }

    [Fact]
    public void Bytes_are_permuted_in_every_mode()
    {
        FormTable table = new();
        ulong[][] columns = Operands.Integers(32, 3);
        static ulong Byte(ulong[] x, int at) => (((x[1] << 32) | x[0]) >> (8 * at)) & 0xFF;
        table.Add("prmt.b32 %z, %a, %b, %c;", [32, 32, 32, 32], columns, x => Enumerable.Range(0, 4).Aggregate(0ul, (result, at) =>
        {
            int selector = (int)(x[2] >> (4 * at)) & 15;
            ulong value = Byte(x, selector & 7);
            return result | ((selector < 8 ? value : (value & 0x80) != 0 ? 0xFFul : 0) << (8 * at));
        }));

        // The bytes that a mode takes for controls 0 to 3, the highest first.
        foreach ((string mode, string[] rows) in new (string, string[])[]
        {
            ("f4e", ["3210", "4321", "5432", "6543"]),
            ("b4e", ["5670", "6701", "7012", "0123"]),
            ("rc8", ["0000", "1111", "2222", "3333"]),
            ("ecl", ["3210", "3211", "3222", "3333"]),
            ("ecr", ["0000", "1110", "2210", "3210"]),
            ("rc16", ["1010", "3232", "1010", "3232"]),
        })
        {
            table.Add($"prmt.b32.{mode} %z, %a, %b, %c;", [32, 32, 32, 32], columns, x =>
                rows[x[2] & 3].Aggregate(0ul, (result, digit) => (result << 8) | Byte(x, digit - '0')));
        }

        table.Verify();
    }

    [Fact]
    public void All_tables_of_three_bits()
    {
        FormTable table = new();
        ulong[][] columns = [.. Operands.Integers(32, 3).Select(column => column.TakeLast(96).ToArray())];
        for (int lut = 0; lut < 256; lut++)
        {
            int bits = lut;
            table.Add($"lop3.b32 %z, %a, %b, %c, {bits};", [32, 32, 32, 32], columns, x => Enumerable.Range(0, 32).Aggregate(0ul, (result, bit) =>
            {
                int row = (int)((((x[0] >> bit) & 1) << 2) | (((x[1] >> bit) & 1) << 1) | ((x[2] >> bit) & 1));
                return result | ((ulong)((bits >> row) & 1) << bit);
            }));
        }

        table.Verify();
    }
}
