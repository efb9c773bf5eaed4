using System.Text;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>What is no image that is decoded is called by its name.</summary>
public sealed class UnreadFileTests
{
    public static TheoryData<string, string> Starts => new()
    {
        { "\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "a HEIC image" },
        { "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", "a HEIC image" },
        { "\0\0\0\u001Cftypmif1\0\0\0\0mif1avifmiaf", "an AVIF image" },
        { "\0\0\0\u0018ftypmif1\0\0\0\0mif1miaf", "a HEIF image" },
        { "\0\0\0\u0018ftypisom\0\0\0\0isommp41", "a video" },
        { "\0\0\0\u0018ftyp", "no image of a known format" },
        { "II*\0\u0008\0\0\0", "a TIFF image" },
        { "MM\0*\0\0\0\u0008", "a TIFF image" },
        { "\u00FF\u000A\u00FA", "a JPEG XL image" },
        { "\0\0\0\u000CJXL \r\n\u0087\n", "a JPEG XL image" },
        { "\0\0\0\u000CjP  \r\n\u0087\n", "a JPEG 2000 image" },
        { "version https://git-lfs.github.com/spec/v1\noid sha256:00", "a Git LFS pointer" },
        { "<!DOCTYPE html><html><body>404</body></html>", "a web page" },
        { "\u00EF\u00BB\u00BF\n<html>", "a web page" },
        { "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG drawing" },
        { "<?xml version=\"1.0\"?><a/>", "is XML" },
        { "%PDF-1.7\n", "a PDF document" },
        { "\u0093NUMPY\u0001\0", "a NumPy array" },
        { "PK\u0003\u0004zip", "a zip archive" },
        { "this is no image", "is text: 'this is no image" },
        { "abc", "no image of a known format (it starts with 616263)" },
        { "", "is empty" },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public void It_is_named_by_its_first_bytes(string start, string what)
    {
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(Encoding.Latin1.GetBytes(start), name: "photo.jpg"));
        Assert.Equal("photo.jpg", exception.File);
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.True(start.Length == 0 || exception.Hint is not null);
    }

    [Theory]
    [InlineData("x.heic", "a HEIC image")]
    [InlineData("heic_named.jpg", "a HEIC image")]
    [InlineData("x.tiff", "a TIFF image")]
    [InlineData("lfs.jpg", "a Git LFS pointer")]
    [InlineData("text.jpg", "a web page")]
    [InlineData("jpeg12.jpg", "a JPEG of 12 bits a sample")]
    public void Files_of_users_are_named(string name, string what)
    {
        string path = Shared.Require($"users/images/{name}");
        Assert.Contains(what, Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xC0, 12, "a JPEG of 12 bits a sample")]
    [InlineData(0xC3, 8, "a lossless JPEG")]
    [InlineData(0xC5, 8, "a hierarchical JPEG")]
    [InlineData(0xCB, 8, "a lossless, arithmetic-coded JPEG")]
    [InlineData(0xF7, 8, "a JPEG-LS image")]
    public void A_kind_of_JPEG_that_is_not_decoded_is_named(int frame, int bits, string what)
    {
        byte[] jpeg = File.ReadAllBytes(Repository.Data("jpeg/huffman.jpg"));
        int at = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (jpeg[at + 1], jpeg[at + 4]) = ((byte)frame, (byte)bits);
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(jpeg));
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("truncated", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Both files were made by libjpeg of the same pixels; the coding of coefficients changes none.</summary>
    [Fact]
    public void An_arithmetic_coded_JPEG_has_the_pixels_of_a_Huffman_coded_one() =>
        Assert.True(ImageDecoder.Decode(Repository.Data("jpeg/arithmetic.jpg")).Rgb.SequenceEqual(ImageDecoder.Decode(Repository.Data("jpeg/huffman.jpg")).Rgb));

    [Fact]
    public void Read_as_grey_an_image_is_its_luminance()
    {
        string path = Repository.File("samples/chelsea.jpg");
        PixelImage grey = ImageDecoder.Decode(path, new ImageDecoderOptions { ReadAsGrey = true }), colours = ImageDecoder.Decode(path);
        Assert.True(grey.Rgb.SequenceEqual(colours.ToLuminance().Rgb));
        ReadOnlySpan<byte> first = colours.Rgb[..3];
        Assert.Equal(((first[0] * 19595) + (first[1] * 38470) + (first[2] * 7471) + 0x8000) >> 16, grey.Rgb[0]);
        Assert.False(grey.Rgb.SequenceEqual(colours.Rgb));
    }
}
