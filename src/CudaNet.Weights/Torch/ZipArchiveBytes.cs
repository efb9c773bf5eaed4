using System.Buffers.Binary;
using System.IO.Compression;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// A zip archive as byte regions: stored entries where they lie in the file, deflated ones as bounded copies. Nothing is ever written to disk.
/// </summary>
internal sealed class ZipArchiveBytes(FileBytes file, ReadBudget budget)
{
    private const int LocalHeaderBytes = 30;
    private const uint LocalSignature = 0x04034B50;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    private readonly Dictionary<string, ZipEntry> _entries = ZipDirectory.Read(file.All);
    private readonly Dictionary<string, ByteRegion> _inflated = new(StringComparer.Ordinal);

    /// <summary>All entries' names.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The bytes of an entry; null where there is none of that name.</summary>
    /// <exception cref="WeightFormatException">Its sizes are not true, or it inflates beyond reason.</exception>
    public ByteRegion? Find(string name)
    {
        if (!_entries.TryGetValue(name, out ZipEntry? entry))
        {
            return null;
        }

        if (_inflated.TryGetValue(name, out ByteRegion region))
        {
            return region;
        }

        ByteRegion data = Locate(entry);
        switch (entry.Method)
        {
            case Stored:
                return entry.Bytes == entry.CompressedBytes ? data : throw data.Error(0, $"a stored entry of {entry.CompressedBytes} bytes says it is {entry.Bytes} bytes");
            case Deflated:
                return _inflated[name] = Inflate(entry, data);
            default:
                throw data.Error(0, $"compression method {entry.Method} is not supported", "PyTorch stores entries without compression: save the checkpoint again.");
        }
    }

    private ByteRegion Locate(ZipEntry entry)
    {
        long at = entry.HeaderOffset;
        if (at < 0 || at > file.Length - LocalHeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(file.Span(at, 4)) != LocalSignature)
        {
            throw file.All.Error(Math.Clamp(at, 0, file.Length), $"entry {Printable.Quote(entry.Name)} is not where the zip directory says");
        }

        ReadOnlySpan<byte> header = file.Span(at, LocalHeaderBytes);
        long start = at + LocalHeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (entry.Bytes < 0 || entry.CompressedBytes < 0 || start > file.Length || entry.CompressedBytes > file.Length - start)
        {
            throw file.All.Error(at, $"entry {Printable.Quote(entry.Name)} of {entry.CompressedBytes} bytes at {start} leaves the file");
        }

        return new ByteRegion(file, start, entry.CompressedBytes, entry.Name);
    }

    private unsafe ByteRegion Inflate(ZipEntry entry, ByteRegion data)
    {
        budget.Take(entry.Bytes, entry.Name);
        if (entry.Bytes > Array.MaxLength || data.Length > Array.MaxLength || data.Length == 0)
        {
            throw data.Error(0, $"a deflated entry of {entry.Bytes} bytes in {data.Length} is empty or beyond the 2 GiB supported");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)entry.Bytes);
        fixed (byte* start = data.Span(0, (int)data.Length))
        {
            using UnmanagedMemoryStream compressed = new(start, data.Length);
            using DeflateStream stream = new(compressed, CompressionMode.Decompress);
            try
            {
                if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) != bytes.Length || stream.ReadByte() >= 0)
                {
                    throw data.Error(0, $"the entry does not inflate to the {entry.Bytes} bytes that the zip directory says");
                }
            }
            catch (InvalidDataException exception)
            {
                throw data.Error(0, "the entry's compressed data is damaged", inner: exception);
            }
        }

        return new ByteRegion(new FileBytes(file.Name, bytes), 0, bytes.Length, entry.Name) { Inflated = true };
    }
}
