namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Operand tuples: every pair of special values (with a third that goes round), then random ones from a seed.</summary>
internal static class Operands
{
    private const int RandomTuples = 160;

    public static ulong[][] Floats(FloatFormat format, int operands)
    {
        Random random = new(format.Width + operands);
        ulong[][] tuples = Tuples(format.Specials(), operands, () => random.Next(3) switch
        {
            0 => (ulong)random.NextInt64(long.MinValue, long.MaxValue) & (format.SignBit | (format.SignBit - 1)),
            1 => format.Make(random.Next(2) == 0, random.Next(format.Bias - 4, format.Bias + 5), (ulong)random.NextInt64() & ((1ul << format.MantissaBits) - 1)),
            _ => format.Make(random.Next(2) == 0, random.Next(0, 4), (ulong)random.NextInt64() & ((1ul << format.MantissaBits) - 1)),
        });
        return tuples;
    }

    /// <summary>Two numbers in each operand: the upper one is the lower one of a tuple further on.</summary>
    public static ulong[][] Pairs(FloatFormat format, int operands) =>
        [.. Floats(format, operands).Select(column => column.Select((bits, at) => bits | (column[(at + 37) % column.Length] << format.Width)).ToArray())];

    public static ulong[][] Integers(int width, int operands)
    {
        Random random = new(width * operands);
        ulong mask = width == 64 ? ulong.MaxValue : (1ul << width) - 1;
        ulong sign = 1ul << (width - 1);
        ulong[] specials = [0, 1, 2, 3, 5, 31, 32, 33, 63, 64, 127, 128, 255, 256, sign, sign - 1, sign + 1, mask, mask - 1, 0x5555555555555555, 0xFFFFFF, 0x1000000];
        return Tuples([.. specials.Select(value => value & mask)], operands, () => ((ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)) & mask);
    }

    private static ulong[][] Tuples(ulong[] specials, int operands, Func<ulong> random)
    {
        int square = operands == 1 ? specials.Length : specials.Length * specials.Length;
        ulong[][] columns = [.. Enumerable.Range(0, operands).Select(_ => new ulong[square + RandomTuples])];
        for (int at = 0; at < square + RandomTuples; at++)
        {
            for (int operand = 0; operand < operands; operand++)
            {
                columns[operand][at] = at >= square ? random() : operand switch
                {
                    0 => specials[at % specials.Length],
                    1 => specials[at / specials.Length],
                    _ => specials[((at * (5 + operand)) + (at / specials.Length)) % specials.Length],
                };
            }
        }

        return columns;
    }
}
