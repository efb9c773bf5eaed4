using System.IO.Hashing;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>The place of one array in an output file: an archive's entry header where there is an archive, the <c>.npy</c> header, the data.</summary>
internal sealed class ArraySection
{
    private readonly byte[] _npyHeader;
    private readonly long _dataStart;
    private readonly long _dataBytes;
    private readonly long _imageBytes;
    private readonly bool _inArchive;
    private long _writtenBytes;

    public ArraySection(string name, NpyHeader header, long dataBytes, long start, bool inArchive)
    {
        Name = name;
        Start = start;
        _npyHeader = header.ToBytes();
        _dataBytes = dataBytes;
        _imageBytes = header.Extents.Count == 0 ? dataBytes : header.Extents[0] == 0 ? 1 : dataBytes / header.Extents[0];
        _inArchive = inArchive;
        _dataStart = start + _npyHeader.Length + (inArchive ? ZipFormat.LocalHeader(this).Length : 0);
    }

    public string Name { get; }

    /// <summary>Where the section begins in the file.</summary>
    public long Start { get; }

    /// <summary>Where it ends.</summary>
    public long End => _dataStart + _dataBytes;

    /// <summary>Bytes of the <c>.npy</c> header and the data.</summary>
    public long ContentBytes => _npyHeader.Length + _dataBytes;

    public long MissingBytes => _dataBytes - _writtenBytes;

    /// <summary>Of the content written so far.</summary>
    public Crc32 Checksum { get; } = new();

    public void WriteHeaders(Stream stream)
    {
        stream.Position = Start;
        if (_inArchive)
        {
            stream.Write(ZipFormat.LocalHeader(this));
        }

        Checksum.Append(_npyHeader);
        stream.Write(_npyHeader);
    }

    /// <summary>Writes the values of the next images.</summary>
    /// <exception cref="CudaNetException">They are no whole images, or more than are missing.</exception>
    public void Append(Stream stream, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % Math.Max(_imageBytes, 1) != 0 || bytes.Length > MissingBytes)
        {
            throw new CudaNetException($"{bytes.Length} bytes do not fit the array {Printable.Quote(Name)}: an image has {_imageBytes}, {MissingBytes} are missing");
        }

        stream.Position = _dataStart + _writtenBytes;
        stream.Write(bytes);
        Checksum.Append(bytes);
        _writtenBytes += bytes.Length;
    }
}
