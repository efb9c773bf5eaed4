using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads opcodes and their operands; every read is checked against the region's end.</summary>
internal ref struct PickleStream(ByteRegion region, long position = 0)
{
    private const int MaxLineBytes = 1 << 16;

    /// <summary>The next byte.</summary>
    public long Position { get; private set; } = position;

    /// <summary>What is read, all of it.</summary>
    public readonly ByteRegion Region => region;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>The next <paramref name="count"/> bytes; an unsigned 64-bit count beyond the signed range arrives negative and is refused.</summary>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > region.Length - Position || count > Array.MaxLength)
        {
            throw Error($"{(ulong)count} bytes are needed, but {region.Length - Position} are left", "The file is cut off or damaged.");
        }

        ReadOnlySpan<byte> bytes = region.Span(Position, (int)count);
        Position += count;
        return bytes;
    }

    /// <summary>A byte string, left where it is.</summary>
    public PickleBytes ReadBytes(long count)
    {
        long start = Position;
        Take(count);
        return new PickleBytes(region.Slice(start, count));
    }

    public string ReadUtf8(long count) => Encoding.UTF8.GetString(Take(count));

    /// <summary>A byte string of Python 2: UTF-8 where it is, else Latin-1.</summary>
    public string ReadByteString(long count)
    {
        ReadOnlySpan<byte> bytes = Take(count);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    /// <summary>Text up to the end of the line, which is consumed.</summary>
    public string ReadLine() => Encoding.UTF8.GetString(TakeLine()).TrimEnd('\r');

    private ReadOnlySpan<byte> TakeLine()
    {
        ReadOnlySpan<byte> rest = region.Span(Position, (int)Math.Min(MaxLineBytes, region.Length - Position));
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Error($"a line does not end within {rest.Length} bytes");
        }

        Position += length + 1;
        return rest[..length];
    }

    /// <summary>Text as protocol 0 writes it (Python's raw-unicode-escape): a byte a character, and <c>\u</c> or <c>\U</c> with its number in hexadecimal.</summary>
    public string ReadRawUnicodeLine()
    {
        string line = Encoding.Latin1.GetString(TakeLine());
        if (!line.Contains('\\', StringComparison.Ordinal))
        {
            return line;
        }

        StringBuilder text = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            int digits = line[i] != '\\' || i + 1 == line.Length ? 0 : line[i + 1] == 'u' ? 4 : line[i + 1] == 'U' ? 8 : 0;
            if (digits > 0 && i + 2 + digits <= line.Length && int.TryParse(line.AsSpan(i + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && value is >= 0 and <= 0x10FFFF)
            {
                text.Append(value < 0x10000 ? ((char)value).ToString() : char.ConvertFromUtf32(value));
                i += 1 + digits;
            }
            else
            {
                text.Append(line[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>A decimal number on a line, with or without Python's L: a <see cref="long"/>, or a <see cref="BigInteger"/> beyond it.</summary>
    public object ReadDecimal() => Decimal(ReadLine());

    /// <summary>The same, but <c>00</c> and <c>01</c> are how protocols 0 and 1 write False and True.</summary>
    public object ReadDecimalOrBoolean() => ReadLine() switch
    {
        "00" => false,
        "01" => true,
        string line => Decimal(line),
    };

    private readonly object Decimal(string text)
    {
        string line = text.TrimEnd('L');
        if (long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        return line.Length < 400 && BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger big)
            ? big
            : throw Error($"{Printable.Quote(line)} is not a whole number of at most 400 digits");
    }

    /// <summary>A two's complement number: a <see cref="long"/>, a <see cref="BigInteger"/>, or a placeholder where it is beyond all use.</summary>
    public object ReadLong(long count)
    {
        ReadOnlySpan<byte> bytes = Take(count);
        return bytes.Length switch
        {
            <= 8 => (long)new BigInteger(bytes),
            <= 64 => new BigInteger(bytes),
            _ => (object)PicklePlaceholder.Int,
        };
    }

    public readonly WeightFormatException Error(string message, string? hint = null) => region.Error(Position, $"the pickle cannot be read: {message}", hint);
}
