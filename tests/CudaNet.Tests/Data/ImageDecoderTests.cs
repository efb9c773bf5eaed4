using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

public sealed class ImageDecoderTests
{
    public static TheoryData<string, string> Pixels =>
        [.. File.ReadLines(Repository.Data("pixels/pixels.sha256")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).Select(f => (f[1], f[0]))];

    /// <summary>Bit depths, transparency, interlacing, gamma and colour profiles: <c>make.py</c> beside the files says what they hold.</summary>
    [Theory]
    [MemberData(nameof(Pixels))]
    public void Reads_the_exact_pixels(string file, string digest) =>
        Assert.Equal(digest, ReferencePixels.Digest(ImageDecoder.Decode(Repository.Data($"pixels/{file}"))));

    [Fact]
    public void Exif_orientation_is_applied_only_on_request()
    {
        string path = Repository.Data("formats/rotated-exif6.jpg");
        PixelImage stored = ImageDecoder.Decode(path);
        PixelImage upright = ImageDecoder.Decode(path, new ImageDecoderOptions { ApplyExifOrientation = true });
        Assert.Equal((61, 97), (stored.Height, stored.Width));
        Assert.Equal((97, 61), (upright.Height, upright.Width));
        Assert.True(upright.Row(0)[..3].SequenceEqual(stored.Row(60)[..3]), "the lower left corner becomes the upper left one");
        Assert.True(upright.Row(96)[^3..].SequenceEqual(stored.Row(0)[^3..]), "the upper right corner becomes the lower right one");
    }

    /// <summary>The eight orientations of a 2×3 image, by where EXIF says its row 0 and column 0 are.</summary>
    [Theory]
    [InlineData(1, "abc/def")]
    [InlineData(2, "cba/fed")]
    [InlineData(3, "fed/cba")]
    [InlineData(4, "def/abc")]
    [InlineData(5, "ad/be/cf")]
    [InlineData(6, "da/eb/fc")]
    [InlineData(7, "fc/eb/da")]
    [InlineData(8, "cf/be/ad")]
    public void Orientation_follows_exif(int orientation, string expected)
    {
        byte[] rgba = [.. "abcdef".SelectMany(letter => new[] { (byte)letter, (byte)letter, (byte)letter, (byte)255 })];
        PixelImage image = Orientation.ToRgb(rgba, 2, 3, (SkiaSharp.SKEncodedOrigin)orientation);
        IEnumerable<string> rows = Enumerable.Range(0, image.Height).Select(y => string.Concat(image.Row(y).ToArray().Where((_, i) => i % 3 == 0).Select(b => (char)b)));
        Assert.Equal(expected, string.Join('/', rows));
    }

    [Fact]
    public void Bytes_and_file_give_the_same()
    {
        string path = Repository.File("samples/chelsea.jpg");
        Assert.True(ImageDecoder.Decode(path).Rgb.SequenceEqual(ImageDecoder.Decode(File.ReadAllBytes(path)).Rgb));
    }

    [Fact]
    public void Decoding_leaves_the_callers_bytes_alone()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data("pixels/transparent.gif"));
        byte[] before = SHA256.HashData(bytes);
        ImageDecoder.Decode(bytes);
        Assert.Equal(before, SHA256.HashData(bytes));
    }

    [Fact]
    public void A_missing_file_a_folder_and_an_empty_file_are_named()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("empty.jpg"), "");
        Assert.Contains("no such file", Refusal(folder.File("missing.jpg")), StringComparison.Ordinal);
        Assert.Contains("no such file", Refusal(folder.File("nowhere/missing.jpg")), StringComparison.Ordinal);
        Assert.Contains("folder", Refusal(folder.Path), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(folder.File("empty.jpg")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_format_says_what_is_supported()
    {
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode("II*\0 a TIFF"u8, name: "scan.tif"));
        Assert.Equal("scan.tif", exception.File);
        Assert.Contains("JPEG, PNG, WebP, BMP and GIF", exception.Hint, StringComparison.Ordinal);
    }

    /// <summary>Every prefix is refused, or gives the pixels of the whole file (where only a trailer is missing).</summary>
    [Theory]
    [InlineData("formats/baseline.jpg")]
    [InlineData("formats/progressive.jpg")]
    [InlineData("formats/cmyk.jpg")]
    [InlineData("formats/rgb.png")]
    [InlineData("formats/rgba.png")]
    [InlineData("formats/lossy.webp")]
    [InlineData("formats/lossless.webp")]
    [InlineData("formats/rgb.bmp")]
    [InlineData("formats/first-frame.gif")]
    [InlineData("pixels/rgb16-gamma-interlaced.png")]
    [InlineData("pixels/animated.webp")]
    public void A_truncated_file_is_refused(string file)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data(file));
        PixelImage whole = ImageDecoder.Decode(bytes);
        for (int length = 0; length < bytes.Length; length += length < 64 || length > bytes.Length - 64 ? 1 : 37)
        {
            try
            {
                PixelImage part = ImageDecoder.Decode(bytes.AsSpan(0, length), name: file);
                Assert.True(part.Rgb.SequenceEqual(whole.Rgb), $"{length} of {bytes.Length} bytes gave other pixels");
            }
            catch (ImageFormatException exception)
            {
                Assert.Equal(file, exception.File);
            }
        }
    }

    /// <summary>Whatever the bytes, the answer is an image or the one exception.</summary>
    [Theory]
    [InlineData("formats/progressive.jpg")]
    [InlineData("formats/sub422.jpg")]
    [InlineData("formats/palette.png")]
    [InlineData("formats/lossy.webp")]
    [InlineData("formats/lossless.webp")]
    [InlineData("formats/rgb.bmp")]
    [InlineData("formats/first-frame.gif")]
    [InlineData("pixels/palette.bmp")]
    public void A_damaged_file_is_refused_or_read(string file)
    {
        byte[] original = File.ReadAllBytes(Repository.Data(file));
        Random random = new(1);
        ImageDecoderOptions options = new() { MaxPixels = 1 << 20 };
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. original];
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                int reach = random.Next(2) == 0 ? Math.Min(64, bytes.Length) : bytes.Length;
                bytes[random.Next(reach)] = (byte)random.Next(256);
            }

            try
            {
                PixelImage image = ImageDecoder.Decode(bytes, options);
                Assert.InRange((long)image.Height * image.Width, 1, options.MaxPixels);
            }
            catch (ImageFormatException)
            {
                // Refused: as good as read.
            }
        }
    }

    [Theory]
    [InlineData(20_000, 20_000, "limit of 89478485")]
    [InlineData(1, 65_536, "a side may have 65535")]
    [InlineData(int.MaxValue, int.MaxValue, "")]
    [InlineData(0, 5, "")]
    [InlineData(5, -1, "")]
    public void Declared_sizes_are_tested_before_memory_is_taken(int width, int height, string reason)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data("formats/rgb.png"));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), Checksum(bytes.AsSpan(12, 17)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(bytes, name: "bomb.png"));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_size_within_the_limit_that_the_data_do_not_fill_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data("formats/rgb.png"));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), 2_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), Checksum(bytes.AsSpan(12, 17)));
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(bytes));
    }

    /// <summary>Every scan costs a pass over the image, however short it is.</summary>
    [Fact]
    public void A_jpeg_of_very_many_scans_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data("formats/progressive.jpg"));
        int last = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] scan = bytes[last..^2];
        byte[] many = [.. bytes[..last], .. Enumerable.Repeat(scan, JpegStructure.MaxScans).SelectMany(b => b), 0xFF, 0xD9];
        Assert.Contains("scans", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(many)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pixel_limit_can_be_set()
    {
        string path = Repository.Data("formats/rgb.png");
        Assert.Equal(97, ImageDecoder.Decode(path, new ImageDecoderOptions { MaxPixels = 97 * 61 }).Width);
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(path, new ImageDecoderOptions { MaxPixels = (97 * 61) - 1 }));
        Assert.Contains("MaxPixels", exception.Hint, StringComparison.Ordinal);
    }

    private static string Refusal(string path)
    {
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(path));
        Assert.Equal(path, exception.File);
        return exception.Message;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        Crc32 checksum = new();
        checksum.Append(bytes);
        return checksum.GetCurrentHashAsUInt32();
    }
}
