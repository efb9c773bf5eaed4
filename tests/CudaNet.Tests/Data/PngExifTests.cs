using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>EXIF orientation of PNGs: the chunk and its textual twin in every kind of text.</summary>
public sealed class PngExifTests : IDisposable
{
    private static readonly byte[] Plain = File.ReadAllBytes(Repository.Data("formats/rgb.png"));
    private static readonly ImageDecoderOptions Apply = new() { ApplyExifOrientation = true };
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Forms => ["eXIf", "tEXt", "zTXt", "iTXt", "packed iTXt"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_orientation_turns_the_stored_pixels(string form)
    {
        PixelImage stored = ImageDecoder.Decode(Plain);
        for (int orientation = 0; orientation <= 9; orientation++)
        {
            foreach (bool isBig in (bool[])[false, true])
            {
                byte[] png = With(Chunk(form, Exif(orientation, isBig)), atEnd: isBig);
                Assert.Equal(stored.Rgb, ImageDecoder.Decode(png).Rgb);
                PixelImage turned = ImageDecoder.Decode(png, Apply);
                Assert.Equal(Turn(stored, orientation), turned.Rgb);
                Assert.Equal(orientation is >= 5 and <= 8 ? (stored.Width, stored.Height) : (stored.Height, stored.Width), (turned.Height, turned.Width));
            }
        }
    }

    [Fact]
    public void Pillow_turns_them_alike()
    {
        Python.Require("PIL.ImageOps");
        List<string> files = [], digests = [];
        foreach (string form in Forms.Select(f => f.Data))
        {
            for (int orientation = 1; orientation <= 8; orientation++)
            {
                files.Add(_folder.Write($"{form}{orientation}.png", With(Chunk(form, Exif(orientation, orientation % 2 == 0)), atEnd: false)));
                digests.Add(Convert.ToHexStringLower(SHA256.HashData(ImageDecoder.Decode(files[^1], Apply).Rgb)));
            }
        }

        string printed = Python.Evaluate(
            "import sys, hashlib\nfrom PIL import Image, ImageOps\nfor f in sys.argv[1:]: print(hashlib.sha256(ImageOps.exif_transpose(Image.open(f)).convert('RGB').tobytes()).hexdigest())", [.. files]);
        Assert.Equal(digests, printed.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void The_chunk_goes_before_the_text()
    {
        byte[] both = [.. Chunk("eXIf", Exif(3, false)), .. Chunk("tEXt", Exif(6, false))];
        Assert.Equal(Turn(ImageDecoder.Decode(Plain), 3), ImageDecoder.Decode(With(both, atEnd: false), Apply).Rgb);
    }

    [Fact]
    public void A_text_without_measure_is_refused_and_damage_passed_over()
    {
        byte[] bomb = [.. "Raw profile type exif\0\0"u8, .. Pack(new byte[64 << 20])];
        Assert.Contains("unpacks to more", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(With(Chunk("zTXt"u8, bomb), false), Apply)).Message, StringComparison.Ordinal);
        Assert.NotNull(ImageDecoder.Decode(With(Chunk("zTXt"u8, bomb), false)));
        byte[][] damaged =
        [
            Chunk("zTXt"u8, "Raw profile type exif\0\0no zlib"u8), Chunk("zTXt"u8, "Raw profile type exif\0"u8), Chunk("iTXt"u8, "Raw profile type exif\0"u8),
            Chunk("iTXt"u8, "Raw profile type exif\0\u0001\0"u8), Chunk("tEXt"u8, "Raw profile type exif\0\nexif\n 3\nxyz"u8), Chunk("eXIf"u8, []), Chunk("eXIf"u8, "II*\0\u00ff\u00ff\u00ff\u00ff"u8),
            Chunk("eXIf"u8, Exif(6, false).AsSpan(0, 20)), Chunk("eXIf"u8, "II*\0\u0008\0\0\0\u00ff\u00ff"u8),
        ];
        Assert.All(damaged, chunk => Assert.Equal(ImageDecoder.Decode(Plain).Rgb, ImageDecoder.Decode(With(chunk, false), Apply).Rgb));
    }

    /// <summary>Memory is measured in place of time: each text costs a megabyte where it is unpacked.</summary>
    [Theory]
    [InlineData("zTXt", 200, 1 << 20)]
    [InlineData("packed iTXt", 200, 1 << 20)]
    [InlineData("tEXt", 40, 1 << 20)]
    [InlineData("tEXt", 50_000, 40)]
    [InlineData("zTXt", 50_000, 40)]
    public void Only_the_last_of_many_texts_is_read(string form, int count, int length)
    {
        byte[] text = [.. "\nexif\n 0\n"u8, .. Enumerable.Repeat((byte)'\n', length - 10)];
        byte[] last = Chunk(form, Exif(6, false));
        byte[] one = With([.. TextChunk(form, text), .. last], false);
        byte[] many = With([.. Enumerable.Repeat(TextChunk(form, text), count).SelectMany(c => c), .. last], false);
        byte[] expected = Turn(ImageDecoder.Decode(Plain), 6);
        Assert.Equal(expected, ImageDecoder.Decode(one, Apply).Rgb);

        long before = GC.GetAllocatedBytesForCurrentThread();
        PixelImage image = ImageDecoder.Decode(many, Apply);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(expected, image.Rgb);
        Assert.InRange(allocated, 1, 2 << 20);
    }

    [Fact]
    public void Whatever_the_bytes_are_there_is_an_image_or_a_reason()
    {
        Random random = new(1);
        byte[] png = With([.. Chunk("eXIf", Exif(6, false)), .. Chunk("packed iTXt", Exif(6, true))], false);
        for (int i = 0; i < 2000; i++)
        {
            byte[] wrong = [.. png];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                wrong[random.Next(8, 300)] = (byte)random.Next(256);
            }

            Exception? exception = Record.Exception(() => ImageDecoder.Decode(wrong.AsSpan(0, random.Next(8, wrong.Length)), Apply));
            Assert.True(exception is null or ImageFormatException, $"{exception}");
        }
    }

    [Fact]
    public void The_reference_file_is_turned()
    {
        PixelImage turned = ImageDecoder.Decode(Shared.Require("users/images/exif6.png"), Apply);
        Assert.Equal((100, 150), (turned.Width, turned.Height));
    }

    private static byte[] Turn(PixelImage image, int orientation)
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
    private static byte[] Exif(int orientation, bool isBig)
    {
        byte[] little = [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0x0F, 1, 2, 0, 2, 0, 0, 0, (byte)'a', 0, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        byte[] big = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 2, 1, 0x0F, 0, 2, 0, 0, 0, 2, (byte)'a', 0, 0, 0, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        return isBig ? big : little;
    }

    private static byte[] Chunk(string form, byte[] exif)
    {
        string hex = Convert.ToHexStringLower([.. "Exif\0\0"u8, .. exif]);
        byte[] text = Encoding.ASCII.GetBytes($"\nexif\n{exif.Length + 6,8}\n{string.Join('\n', hex.Chunk(72).Select(c => new string(c)))}\n");
        return form == "eXIf" ? Chunk("eXIf"u8, exif) : TextChunk(form, text);
    }

    private static byte[] TextChunk(string form, byte[] text)
    {
        byte[] keyword = [.. "Raw profile type exif\0"u8];
        return form switch
        {
            "tEXt" => Chunk("tEXt"u8, [.. keyword, .. text]),
            "zTXt" => Chunk("zTXt"u8, [.. keyword, 0, .. Pack(text)]),
            "iTXt" => Chunk("iTXt"u8, [.. keyword, 0, 0, .. "en\0title\0"u8, .. text]),
            _ => Chunk("iTXt"u8, [.. keyword, 1, 0, 0, 0, .. Pack(text)]),
        };
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }

    private static byte[] Pack(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>The image with a chunk after its header or before its end, each of which has a known length.</summary>
    private static byte[] With(byte[] chunk, bool atEnd)
    {
        int at = atEnd ? Plain.Length - 12 : 33;
        return [.. Plain[..at], .. chunk, .. Plain[at..]];
    }
}
