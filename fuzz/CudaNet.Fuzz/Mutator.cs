using System.Buffers.Binary;

namespace CudaNet.Fuzz;

/// <summary>
/// Turns a valid file into a hostile one: a few random edits of kinds that break parsers, drawn from a seed. Knows nothing of any format but
/// the tokens that a target offers.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> tokens)
{
    private const int MaxLength = 1 << 16;

    private static readonly long[] Extremes =
    [
        0, 1, -1, 2, 7, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40,
        long.MaxValue, long.MinValue, long.MaxValue / 4, -8,
    ];

    /// <summary>The input of that number: the same for the same corpus, tokens and number.</summary>
    public byte[] Make(long number)
    {
        Random random = new(unchecked((int)(((ulong)number * 0x9E3779B97F4A7C15) >> 33)));
        List<byte> bytes = [.. corpus[random.Next(corpus.Count)]];
        int edits = 1 + random.Next(1 + random.Next(8));
        for (int i = 0; i < edits; i++)
        {
            Edit(bytes, random);
        }

        if (bytes.Count > MaxLength)
        {
            bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        }

        return [.. bytes];
    }

    private void Edit(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(bytes.Count - at, 1 + random.Next(1 + random.Next(32)));
        switch (random.Next(9))
        {
            case 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4 when length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 5 when length > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 6:
                Overwrite(bytes, at, Extreme(random));
                break;
            case 7 when tokens.Count > 0:
                bytes.InsertRange(at, tokens[random.Next(tokens.Count)]);
                break;
            default:
                byte[] other = corpus[random.Next(corpus.Count)];
                int from = random.Next(other.Length);
                Overwrite(bytes, at, other.AsSpan(from, Math.Min(other.Length - from, 1 + random.Next(64))));
                break;
        }
    }

    /// <summary>A number at the edge of some type, in one of the widths and orders that formats use, or written out in digits.</summary>
    private static byte[] Extreme(Random random)
    {
        long value = Extremes[random.Next(Extremes.Length)];
        byte[] wide = new byte[8];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(wide, value);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(wide, value);
            wide = [.. wide.AsSpan(8 - (1 << random.Next(4)))];
        }

        return random.Next(4) switch
        {
            0 => wide,
            1 => [.. wide.AsSpan(0, Math.Min(4, wide.Length))],
            2 => [.. wide.AsSpan(0, Math.Min(2, wide.Length))],
            _ => System.Text.Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
    }

    private static void Overwrite(List<byte> bytes, int at, ReadOnlySpan<byte> with)
    {
        for (int i = 0; i < with.Length; i++)
        {
            if (at + i < bytes.Count)
            {
                bytes[at + i] = with[i];
            }
            else
            {
                bytes.Add(with[i]);
            }
        }
    }
}
