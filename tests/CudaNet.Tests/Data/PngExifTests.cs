using System.Security.Cryptography;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;
using static CudaNet.Tests.Data.OrientedImages;

namespace CudaNet.Tests.Data;

/// <summary>EXIF orientation of PNGs: the chunk and its textual twin in every kind of text.</summary>
public sealed class PngExifTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Forms => ["eXIf", "tEXt", "zTXt", "iTXt", "packed iTXt"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_orientation_turns_the_stored_pixels(string form)
    {
        PixelImage stored = ImageDecoder.Decode(Png);
        for (int orientation = 0; orientation <= 9; orientation++)
        {
            foreach (bool isBig in (bool[])[false, true])
            {
                byte[] png = With(ExifChunk(form, Exif(orientation, isBig)), atEnd: isBig);
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
                files.Add(_folder.Write($"{form}{orientation}.png", With(ExifChunk(form, Exif(orientation, orientation % 2 == 0)), atEnd: false)));
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
        byte[] both = [.. ExifChunk("eXIf", Exif(3, false)), .. ExifChunk("tEXt", Exif(6, false))];
        Assert.Equal(Turn(ImageDecoder.Decode(Png), 3), ImageDecoder.Decode(With(both, atEnd: false), Apply).Rgb);
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
        Assert.All(damaged, chunk => Assert.Equal(ImageDecoder.Decode(Png).Rgb, ImageDecoder.Decode(With(chunk, false), Apply).Rgb));
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
        byte[] last = ExifChunk(form, Exif(6, false));
        byte[] one = With([.. TextChunk(form, ExifKeyword, text), .. last], false);
        byte[] many = With([.. Enumerable.Repeat(TextChunk(form, ExifKeyword, text), count).SelectMany(c => c), .. last], false);
        byte[] expected = Turn(ImageDecoder.Decode(Png), 6);
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
        byte[] png = With([.. ExifChunk("eXIf", Exif(6, false)), .. ExifChunk("packed iTXt", Exif(6, true))], false);
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
}
