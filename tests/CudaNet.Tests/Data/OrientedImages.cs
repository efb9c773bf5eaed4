using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using CudaNet.Data;
using CudaNet.Tests.Support;

namespace CudaNet.Tests.Data;

/// <summary>Images that say how they are to be turned, piece by piece, and what they are then.</summary>
internal static class OrientedImages
{
    public const string ExifKeyword = "Raw profile type exif";
    public const string XmpKeyword = "XML:com.adobe.xmp";

    /// <summary>Without any metadata.</summary>
    public static byte[] Png { get; } = File.ReadAllBytes(Repository.Data("formats/rgb.png"));

    public static ImageDecoderOptions Apply { get; } = new() { ApplyExifOrientation = true };

    /// <summary>The pixels as one of EXIF's orientations turns them; any other number leaves them.</summary>
    public static byte[] Turn(PixelImage image, int orientation)
    {
        (int height, int width) = (image.Height, image.Width);
        bool swapped = orientation is >= 5 and <= 8;
        List<byte> turned = [];
        for (int y = 0; y < (swapped ? width : height); y++)
        {
            for (int x = 0; x < (swapped ? height : width); x++)
            {
                (int row, int column) = orientation switch
                {
                    2 => (y, width - 1 - x),
                    3 => (height - 1 - y, width - 1 - x),
                    4 => (height - 1 - y, x),
                    5 => (x, y),
                    6 => (height - 1 - x, y),
                    7 => (height - 1 - x, width - 1 - y),
                    8 => (x, width - 1 - y),
                    _ => (y, x),
                };
                turned.AddRange(image.Row(row).Slice(3 * column, 3));
            }
        }

        return [.. turned];
    }

    /// <summary>A TIFF header and a directory of two entries, the orientation second.</summary>
    public static byte[] Exif(int orientation, bool isBig = false) => isBig
        ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 2, 1, 0x0F, 0, 2, 0, 0, 0, 2, (byte)'a', 0, 0, 0, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]
        : Directory(Entry(0x10F, 2, 2, 'a'), Entry(0x112, 3, 1, orientation));

    /// <summary>A TIFF header and a directory of these entries; what lies behind starts at 14 and 12 more for each.</summary>
    public static byte[] Directory(params byte[][] entries) => [.. "II*\0"u8, 8, 0, 0, 0, (byte)entries.Length, 0, .. entries.SelectMany(e => e), 0, 0, 0, 0];

    public static byte[] Entry(int tag, int type, int count, int value) =>
        [(byte)tag, (byte)(tag >> 8), (byte)type, 0, .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(value)];

    /// <summary>EXIF data as a chunk of a PNG, or its textual twin.</summary>
    public static byte[] ExifChunk(string form, byte[] exif)
    {
        string hex = Convert.ToHexStringLower([.. "Exif\0\0"u8, .. exif]);
        byte[] text = Encoding.ASCII.GetBytes($"\nexif\n{exif.Length + 6,8}\n{string.Join('\n', hex.Chunk(72).Select(c => new string(c)))}\n");
        return form == "eXIf" ? Chunk("eXIf"u8, exif) : TextChunk(form, ExifKeyword, text);
    }

    public static byte[] TextChunk(string form, string keyword, ReadOnlySpan<byte> text)
    {
        byte[] start = [.. Encoding.ASCII.GetBytes(keyword), 0];
        return form switch
        {
            "tEXt" => Chunk("tEXt"u8, [.. start, .. text]),
            "zTXt" => Chunk("zTXt"u8, [.. start, 0, .. Pack(text)]),
            "iTXt" => Chunk("iTXt"u8, [.. start, 0, 0, .. "en\0title\0"u8, .. text]),
            _ => Chunk("iTXt"u8, [.. start, 1, 0, 0, 0, .. Pack(text)]),
        };
    }

    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }

    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>The PNG with a chunk after its header or before its end, each of which has a known length.</summary>
    public static byte[] With(byte[] chunk, bool atEnd)
    {
        int at = atEnd ? Png.Length - 12 : 33;
        return [.. Png[..at], .. chunk, .. Png[at..]];
    }
}
