using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;
using static CudaNet.Tests.Data.OrientedImages;

namespace CudaNet.Tests.Data;

/// <summary>Which of several orientations counts, in every format: Pillow's choice.</summary>
public sealed class MetadataOrientationTests : IDisposable
{
    private static readonly byte[] Header = Chunk("eXIf"u8, Exif(3)), Six = Chunk("eXIf"u8, Exif(6)), None = Chunk("eXIf"u8, Directory(Entry(0x10F, 2, 2, 'a')));
    private static readonly byte[] Text = ExifChunk("tEXt", Exif(8)), Xmp = XmpChunk("iTXt", "<a tiff:Orientation=\"5\"/>");
    private static readonly int DataAt = Png.AsSpan().IndexOf("IDAT"u8) - 4;
    private readonly TemporaryFolder _folder = new();

    /// <summary>Chunks before and after the data of a PNG, and the orientation.</summary>
    private static (byte[] Before, byte[] After, int Orientation)[] Pngs =>
    [
        ([], Six, 6),
        (Header, Six, 3),
        ([.. Header, .. Six], [], 6),
        ([], [.. Header, .. Six], 6),
        (Text, Six, 6),
        (Six, Text, 6),
        ([.. Chunk("eXIf"u8, []), .. Text], [], 1),
        ([.. None, .. Text], [], 1),
        ([.. None, .. Xmp], [], 5),
        (None, Xmp, 1),
        (Xmp, None, 5),
        ([.. Chunk("eXIf"u8, []), .. Xmp], [], 5),
        ([.. Header, .. Xmp], [], 3),
        ([.. Text, .. Xmp], [], 8),
        ([], [.. Xmp, .. Text], 8),
        (Xmp, [], 5),
        ([], Xmp, 5),
        ([.. Xmp, .. XmpChunk("zTXt", "<tiff:Orientation>7</tiff:Orientation>")], [], 7),
        ([.. Text, .. ExifChunk("zTXt", Exif(2))], [], 2),
        ([.. Text, .. ExifChunk("iTXt", Exif(2))], ExifChunk("tEXt", Exif(4)), 4),
        ([.. Text, .. Chunk("iTXt"u8, "Raw profile type exif\0\0"u8)], [], 8),
        ([.. Text, .. Chunk("iTXt"u8, "Raw profile type exif\0\0\0en\0"u8)], [], 8),
        ([.. Text, .. Chunk("iTXt"u8, "Raw profile type exif\0\u0001\u0001\0\0a"u8)], [], 8),
        ([.. Text, .. Chunk("zTXt"u8, "Raw profile type exif\0\0no zlib"u8)], [], 1),
        ([.. Text, .. Chunk("tEXt"u8, "Raw profile type exif"u8)], [], 1),
        (XmpChunk("tEXt", "tiff:Orientation=\"6\""), [], 6),
        (XmpChunk("packed iTXt", "tiff:Orientation>6"), [], 6),
        (XmpChunk("tEXt", "tiff:Orientation='6' tiff:Orientation tiff:Orientation=\"x\" tiff:Orientation=\"8\" tiff:Orientation=\"3\""), [], 8),
        (XmpChunk("tEXt", "tiff:Orientation=\"9\" tiff:Orientation=\"3\""), [], 1),
        (XmpChunk("tEXt", "tiff:Orientation=\"0\""), [], 1),
        (XmpChunk("tEXt", "tiff:Orientation=\""), [], 1),
        (Animation(), [.. FrameControl(1), .. Chunk("fdAT"u8, [0, 0, 0, 2, .. Png[(DataAt + 8)..^16]]), .. Six], 1),
        ([.. Animation(), .. Six], [.. FrameControl(1), .. Chunk("fdAT"u8, [0, 0, 0, 2, .. Png[(DataAt + 8)..^16]])], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 1, 3), Entry(0x112, 3, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 1, 6), Entry(0x112, 3, 0, 3))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 1, 6), Entry(0x112, 99, 1, 3))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 1, 6), Entry(0x112, 3, 1, 9))), [], 1),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 2, 6 | (3 << 16)))), [], 6),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 3, 3, 26)), 6, 0, 3, 0, 3, 0]), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 3, 26))), [], 1),
        ([.. Chunk("eXIf"u8, Directory(Entry(0x10F, 2, 5, 1000), Entry(0x112, 3, 1, 6))), .. Xmp], [], 5),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 3, 1, 6), Entry(0x10F, 2, int.MaxValue, 8))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 4, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 13, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 6, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 8, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 8, 1, 0xFFFA))), [], 1),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 9, 1, 6))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 11, 1, BitConverter.SingleToInt32Bits(6)))), [], 6),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 11, 1, BitConverter.SingleToInt32Bits(6.5f)))), [], 1),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 12, 1, 26)), .. BitConverter.GetBytes(6.0)]), [], 6),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 5, 1, 26)), 12, 0, 0, 0, 2, 0, 0, 0]), [], 6),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 5, 1, 26)), 12, 0, 0, 0, 0, 0, 0, 0]), [], 1),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 10, 1, 26)), 0xF4, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]), [], 6),
        (Chunk("eXIf"u8, [.. Directory(Entry(0x112, 16, 1, 26)), .. BitConverter.GetBytes(6L)]), [], 6),
        ([.. Chunk("eXIf"u8, Directory(Entry(0x112, 1, 1, 6))), .. Xmp], [], 1),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 2, 2, '6'))), [], 1),
        (Chunk("eXIf"u8, Directory(Entry(0x112, 7, 1, 6))), [], 1),
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void In_a_png_the_chunk_that_Pillow_takes_counts()
    {
        PixelImage stored = ImageDecoder.Decode(Png);
        Assert.All(Pngs, png => AssertTurned(Whole(png.Before, png.After), stored, png.Orientation));
        AssertTurned([.. Png, .. Six], stored, 1);
        AssertTurned([.. Png, .. Xmp, .. Text], stored, 1);
    }

    [Fact]
    public void Pillow_turns_PNGs_alike()
    {
        Python.Require("PIL.ImageOps");
        byte[][] images = [.. Pngs.Select(p => Whole(p.Before, p.After)), [.. Png, .. Six], [.. Png, .. Xmp, .. Text]];
        string[] files = [.. images.Select((image, i) => _folder.Write($"{i}.png", image))];
        string printed = Python.Evaluate(
            "import sys, hashlib, warnings\nfrom PIL import Image, ImageOps\nwarnings.simplefilter('ignore')\nfor f in sys.argv[1:]: print(hashlib.sha256(ImageOps.exif_transpose(Image.open(f)).convert('RGB').tobytes()).hexdigest())",
            files);
        Assert.Equal(files.Select(f => $"{f} {Convert.ToHexStringLower(SHA256.HashData(ImageDecoder.Decode(f, Apply).Rgb))}"), files.Zip(printed.TrimEnd('\n').Split('\n'), (f, d) => $"{f} {d}"));
    }

    [Fact]
    public void In_a_jpeg_all_EXIF_segments_are_one_and_the_last_XMP_counts_where_they_say_nothing()
    {
        byte[] jpeg = File.ReadAllBytes(Repository.Data("formats/baseline.jpg"));
        PixelImage stored = ImageDecoder.Decode(jpeg);
        byte[] exif(byte[] data) => Segment([.. "Exif\0\0"u8, .. data]);
        byte[] xmp(int orientation) => Segment([.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.ASCII.GetBytes($"<a tiff:Orientation=\"{orientation}\"/>")]);
        byte[] longer = Directory(Entry(0x10F, 2, 5, 38), Entry(0x112, 3, 1, 6));

        AssertTurned(Before(exif(Exif(6))), stored, 6);
        AssertTurned(Before([.. xmp(8), .. exif(Exif(6, isBig: true))]), stored, 6);
        AssertTurned(Before([.. exif(Exif(6)), .. exif(Exif(3))]), stored, 6);
        AssertTurned(Before(xmp(8)), stored, 8);
        AssertTurned(Before([.. xmp(8), .. xmp(7)]), stored, 7);
        AssertTurned(Before([.. exif(Directory(Entry(0x10F, 2, 2, 'a'))), .. xmp(8)]), stored, 8);
        AssertTurned(Before([.. exif(Exif(9)), .. xmp(8)]), stored, 1);
        AssertTurned(Before(exif(longer)), stored, 1);
        AssertTurned(Before([.. exif(longer), .. xmp(1), .. exif([.. "behind"u8])]), stored, 6);
        AssertTurned([.. jpeg, .. exif(Exif(6))], stored, 1);

        byte[] Before(byte[] segments) => [.. jpeg[..2], .. segments, .. jpeg[2..]];
    }

    [Fact]
    public void Many_segments_cost_what_they_have()
    {
        byte[] jpeg = File.ReadAllBytes(Repository.Data("formats/baseline.jpg"));
        byte[] small = Segment([.. "Exif\0\0"u8, 0]), large = Segment([.. "Exif\0\0"u8, .. new byte[60_000]]);
        byte[] many = [.. jpeg[..2], .. Segment([.. "Exif\0\0"u8, .. Exif(6)]), .. Enumerable.Repeat(small, 20_000).SelectMany(s => s), .. Enumerable.Repeat(large, 100).SelectMany(s => s), .. jpeg[2..]];
        PixelImage stored = ImageDecoder.Decode(jpeg);
        long before = GC.GetAllocatedBytesForCurrentThread();
        PixelImage image = ImageDecoder.Decode(many, Apply);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 8 << 20);
        Assert.Equal(Turn(stored, 6), image.Rgb);
    }

    [Theory]
    [InlineData("lossless.webp")]
    [InlineData("lossy.webp")]
    public void In_a_webp_the_first_chunk_counts_where_the_flags_announce_it(string file)
    {
        byte[] webp = File.ReadAllBytes(Repository.Data($"formats/{file}"));
        PixelImage stored = ImageDecoder.Decode(webp);
        byte[] exif(int orientation) => RiffChunk("EXIF"u8, Exif(orientation));
        byte[] xmp(int orientation) => RiffChunk("XMP "u8, Encoding.ASCII.GetBytes($"<tiff:Orientation>{orientation}</tiff:Orientation>"));

        AssertTurned(Extended(8, exif(6)), stored, 6);
        AssertTurned(Extended(8, [.. exif(6), .. exif(3)]), stored, 6);
        AssertTurned(Extended(12, [.. exif(6), .. xmp(3)]), stored, 6);
        AssertTurned(Extended(12, [.. RiffChunk("EXIF"u8, [1, 2, 3]), .. xmp(3)]), stored, 3);
        AssertTurned(Extended(4, xmp(8)), stored, 8);
        AssertTurned(Extended(4, [.. xmp(8), .. xmp(3)]), stored, 8);
        AssertTurned(Extended(0, [.. exif(6), .. xmp(3)]), stored, 1);

        byte[] Extended(byte flags, byte[] chunks)
        {
            byte[] size = [.. BitConverter.GetBytes(stored.Width - 1)[..3], .. BitConverter.GetBytes(stored.Height - 1)[..3]];
            byte[] content = [.. "WEBP"u8, .. RiffChunk("VP8X"u8, [flags, 0, 0, 0, .. size]), .. webp[12..], .. chunks];
            return [.. "RIFF"u8, .. BitConverter.GetBytes(content.Length), .. content];
        }
    }

    private static void AssertTurned(byte[] image, PixelImage stored, int orientation)
    {
        Assert.Equal(stored.Rgb, ImageDecoder.Decode(image).Rgb);
        PixelImage turned = ImageDecoder.Decode(image, Apply);
        Assert.Equal(orientation >= 5, turned.Width != stored.Width || turned.Height != stored.Height);
        Assert.True(turned.Rgb.SequenceEqual(Turn(stored, orientation)), $"is not turned by {orientation}: {Convert.ToHexString(image.AsSpan(0, Math.Min(200, image.Length)))}");
    }

    private static byte[] Segment(byte[] content)
    {
        byte[] segment = [0xFF, 0xE1, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        return segment;
    }

    private static byte[] RiffChunk(ReadOnlySpan<byte> type, byte[] content) => [.. type, .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] XmpChunk(string form, string xmp) => TextChunk(form, XmpKeyword, Encoding.ASCII.GetBytes(xmp));

    /// <summary>Two frames, the image itself the first.</summary>
    private static byte[] Animation() => [.. Chunk("acTL"u8, [0, 0, 0, 2, 0, 0, 0, 0]), .. FrameControl(0)];

    /// <summary>A frame of the whole image.</summary>
    private static byte[] FrameControl(byte number) => Chunk("fcTL"u8, [0, 0, 0, number, .. Png[16..24], .. new byte[8], 0, 1, 0, 10, 0, 0]);

    private static byte[] Whole(byte[] before, byte[] after) => [.. Png[..33], .. before, .. Png[33..^12], .. after, .. Png[^12..]];
}
