using System.Buffers.Binary;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Reads a zip archive's central directory, zip64 included (PKWARE's APPNOTE.TXT, 4.3 and 4.5). Checksums are not verified: PyTorch can be
/// told not to write them.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature64 = 0x06064B50;
    private const uint LocatorSignature64 = 0x07064B50;
    private const uint EntrySignature = 0x02014B50;
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int EntryBytes = 46;

    /// <summary>All entries by name.</summary>
    /// <exception cref="WeightFormatException">The archive is damaged, or two entries share a name.</exception>
    public static Dictionary<string, ZipEntry> Read(ByteRegion archive)
    {
        (long start, long length, ulong count) = Locate(archive);
        if (start < 0 || length < 0 || start > archive.Length - length || count > (ulong)(length / EntryBytes))
        {
            throw archive.Error(Math.Max(0, archive.Length - EndBytes), $"the zip directory of {count} entries in {length} bytes at {start} does not fit the file");
        }

        Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);
        long position = start;
        for (ulong i = 0; i < count; i++)
        {
            ZipEntry entry = ReadEntry(archive, start + length, ref position);
            if (!entries.TryAdd(entry.Name, entry))
            {
                throw archive.Error(position, $"two entries of the zip archive are named {Printable.Quote(entry.Name)}");
            }
        }

        return entries;
    }

    private static (long Start, long Length, ulong Count) Locate(ByteRegion archive)
    {
        int tailBytes = (int)Math.Min(archive.Length, EndBytes + ushort.MaxValue);
        ReadOnlySpan<byte> tail = archive.Span(archive.Length - tailBytes, tailBytes);
        int at = tail.LastIndexOf("PK\x05\x06"u8);
        if (at < 0 || tail.Length - at < EndBytes)
        {
            throw archive.Error(archive.Length, "the zip archive has no directory at its end", "The file is cut off: fetch or save it again.");
        }

        ReadOnlySpan<byte> end = tail[at..];
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        bool is64 = count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue;
        return is64 && at >= LocatorBytes ? Locate64(archive, tail.Slice(at - LocatorBytes, LocatorBytes)) : (start, length, count);
    }

    private static (long Start, long Length, ulong Count) Locate64(ByteRegion archive, ReadOnlySpan<byte> locator)
    {
        long at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature64 || at < 0 || at > archive.Length - End64Bytes)
        {
            throw archive.Error(archive.Length, "the zip64 directory is not where the archive says");
        }

        ReadOnlySpan<byte> end = archive.Span(at, End64Bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature64
            ? (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]), BinaryPrimitives.ReadUInt64LittleEndian(end[32..]))
            : throw archive.Error(at, "the zip64 directory is not where the archive says");
    }

    private static ZipEntry ReadEntry(ByteRegion archive, long end, ref long position)
    {
        long at = position;
        if (end - at < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(archive.Span(at, 4)) != EntrySignature)
        {
            throw archive.Error(at, "the zip directory is damaged");
        }

        ReadOnlySpan<byte> fixedPart = archive.Span(at, EntryBytes);
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);
        int extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]);
        int commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[32..]);
        position = at + EntryBytes + nameBytes + extraBytes + commentBytes;
        if (position > end)
        {
            throw archive.Error(at, "the zip directory is damaged");
        }

        string name = Encoding.UTF8.GetString(archive.Span(at + EntryBytes, nameBytes));
        if ((BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..]) & 1) != 0)
        {
            throw archive.Error(at, $"entry {Printable.Quote(name)} is encrypted");
        }

        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[20..]);
        long bytes = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[24..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[42..]);
        ReadExtra64(archive.Span(at + EntryBytes + nameBytes, extraBytes), ref bytes, ref compressed, ref header);
        return new ZipEntry(name, BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[10..]), compressed, bytes, header);
    }

    /// <summary>The 64-bit values that replace fields of all ones, in this order.</summary>
    private static void ReadExtra64(ReadOnlySpan<byte> extra, ref long bytes, ref long compressed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                return;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                ReadOnlySpan<byte> values = extra.Slice(4, size);
                Replace(ref values, ref bytes);
                Replace(ref values, ref compressed);
                Replace(ref values, ref header);
                return;
            }

            extra = extra[(4 + size)..];
        }
    }

    private static void Replace(ref ReadOnlySpan<byte> values, ref long field)
    {
        if (field == uint.MaxValue && values.Length >= 8)
        {
            field = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }
}
