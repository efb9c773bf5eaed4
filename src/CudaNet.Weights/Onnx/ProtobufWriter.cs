using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Weights;

/// <summary>
/// One message of protocol buffers in the making. Small fields are kept as bytes, large ones as their length and what writes them later, so that every
/// message knows its size although no weight has been copied.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(int At, Action<Stream> Write)> _payloads = [];
    private long _payloadBytes;

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public long Size => _bytes.WrittenCount + _payloadBytes;

    public void Integer(int field, long value)
    {
        WriteVarint(((ulong)field << 3) | Varint);
        WriteVarint((ulong)value);
    }

    public void Single(int field, float value)
    {
        WriteVarint(((ulong)field << 3) | Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Text(int field, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        WriteLength(field, bytes.Length);
        _bytes.Write(bytes);
    }

    /// <summary>A field of bytes that are written when the whole is.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="length">How many bytes <paramref name="write"/> writes.</param>
    /// <param name="write">Writes them, the same each time.</param>
    public void Data(int field, long length, Action<Stream> write)
    {
        WriteLength(field, length);
        _payloads.Add((_bytes.WrittenCount, write));
        _payloadBytes += length;
    }

    public void Message(int field, Action<ProtobufWriter> write)
    {
        ProtobufWriter message = new();
        write(message);
        WriteLength(field, message.Size);
        int start = _bytes.WrittenCount;
        _bytes.Write(message._bytes.WrittenSpan);
        _payloads.AddRange(message._payloads.Select(p => (start + p.At, p.Write)));
        _payloadBytes += message._payloadBytes;
    }

    /// <summary>Writes the message.</summary>
    public void WriteTo(Stream stream)
    {
        int written = 0;
        foreach ((int at, Action<Stream> write) in _payloads)
        {
            stream.Write(_bytes.WrittenSpan[written..at]);
            write(stream);
            written = at;
        }

        stream.Write(_bytes.WrittenSpan[written..]);
    }

    private void WriteLength(int field, long length)
    {
        WriteVarint(((ulong)field << 3) | LengthDelimited);
        WriteVarint((ulong)length);
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }
}
