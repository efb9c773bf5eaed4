using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Weights;

/// <summary>
/// Reads one message of protocol buffers field by field, where it lies: nested messages and byte strings are regions of the file. Source: the wire format in the
/// protocol buffers' documentation (Encoding). A library's parser would copy every byte string, and with them the weights.
/// </summary>
/// <param name="region">The message.</param>
internal struct ProtoReader(ByteRegion region)
{
    private const int MaxVarintBytes = 10, MaxFieldNumber = (1 << 29) - 1;

    private long _position;
    private long _start;

    /// <summary>The number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>How its value is stored.</summary>
    public WireType Type { get; private set; }

    /// <summary>Goes to the next field; false at the end. The value of the one before has to be read or skipped.</summary>
    /// <exception cref="WeightFormatException">The message is malformed; so in all that follow.</exception>
    public bool Next()
    {
        if (_position == region.Length)
        {
            return false;
        }

        _start = _position;
        ulong tag = Varint();
        Type = (WireType)(tag & 7);
        Field = tag >> 3 is > 0 and <= MaxFieldNumber ? (int)(tag >> 3) : throw Error($"a field with the number {tag >> 3}");
        return Type is WireType.Varint or WireType.Fixed64 or WireType.Bytes or WireType.Fixed32 ? true : throw Error($"field {Field} is stored as {(int)Type}, which is no way to store a value");
    }

    /// <summary>An integer.</summary>
    public long Integer() => (long)Number(WireType.Varint);

    /// <summary>A number of single precision.</summary>
    public float Single() => BitConverter.Int32BitsToSingle((int)(uint)Number(WireType.Fixed32));

    /// <summary>A nested message or a string of bytes.</summary>
    public ByteRegion Bytes()
    {
        Expect(WireType.Bytes);
        ulong length = Varint();
        if (length > (ulong)(region.Length - _position))
        {
            throw Error($"field {Field} should have {length} bytes, where {region.Length - _position} are left");
        }

        _position += (long)length;
        return region.Slice(_position - (long)length, (long)length);
    }

    /// <summary>A text of UTF-8.</summary>
    /// <param name="maxBytes">More are refused.</param>
    public string Text(int maxBytes)
    {
        ByteRegion bytes = Bytes();
        return bytes.Length <= maxBytes ? Encoding.UTF8.GetString(bytes.Span(0, (int)bytes.Length)) : throw Error($"a text in field {Field} has {bytes.Length} bytes, at most {maxBytes} are read");
    }

    /// <summary>Adds the integers of a repeated field: one, or all packed into a string of bytes.</summary>
    public void Integers(ICollection<long> values)
    {
        if (Type == WireType.Varint)
        {
            values.Add(Integer());
            return;
        }

        foreach (long value in Packed(Bytes()))
        {
            values.Add(value);
        }
    }

    /// <summary>Integers packed into a string of bytes.</summary>
    public static IEnumerable<long> Packed(ByteRegion bytes)
    {
        ProtoReader reader = new(bytes);
        while (reader._position < bytes.Length)
        {
            yield return (long)reader.Varint();
        }
    }

    /// <summary>The bytes of a repeated field's values, without tags: one, or all packed.</summary>
    public ByteRegion Values()
    {
        if (Type == WireType.Bytes)
        {
            return Bytes();
        }

        long start = _position;
        Skip();
        return region.Slice(start, _position - start);
    }

    /// <summary>Goes past the value.</summary>
    public void Skip()
    {
        if (Type == WireType.Bytes)
        {
            Bytes();
        }
        else
        {
            Number(Type);
        }
    }

    /// <summary>An exception that names the file and the field's first byte.</summary>
    public readonly WeightFormatException Error(string message) => region.Error(_start, $"the ONNX model is damaged: {message}", "Export or download it again.");

    private ulong Number(WireType type)
    {
        Expect(type);
        if (type == WireType.Varint)
        {
            return Varint();
        }

        int bytes = type == WireType.Fixed32 ? sizeof(uint) : sizeof(ulong);
        if (bytes > region.Length - _position)
        {
            throw Error($"field {Field} is cut off");
        }

        ReadOnlySpan<byte> value = region.Span(_position, bytes);
        _position += bytes;
        return bytes == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    private readonly void Expect(WireType type)
    {
        if (Type != type)
        {
            throw Error($"field {Field} is stored as {Type}, where {type} is expected");
        }
    }

    private ulong Varint()
    {
        ReadOnlySpan<byte> bytes = region.Span(_position, (int)Math.Min(MaxVarintBytes, region.Length - _position));
        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                _position += i + 1;
                return i < MaxVarintBytes - 1 || bytes[i] <= 1 ? value : throw Error("a number has more than 64 bits");
            }
        }

        throw Error(bytes.Length < MaxVarintBytes ? "a number is cut off" : "a number has more than 64 bits");
    }
}

/// <summary>How protocol buffers store a value.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}
