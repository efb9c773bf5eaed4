using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>Bytes and streams decode as the file does that has the same content: to the same pixels, or to the same exception.</summary>
public sealed class DecodeFormsTests
{
    private delegate PixelImage Form(byte[] bytes, ImageDecoderOptions? options, string? name);

    private const int Megabyte = 1 << 20;

    private static readonly Dictionary<string, Form> Forms = new()
    {
        ["bytes"] = (bytes, options, name) => ImageDecoder.Decode(bytes, options, name),
        ["bytes at 1"] = (bytes, options, name) => ImageDecoder.Decode(((byte[])[0, .. bytes]).AsSpan(1), options, name),
        ["stream"] = (bytes, options, name) => ImageDecoder.Decode(new MemoryStream(bytes), options, name),
        ["end of a stream"] = (bytes, options, name) => ImageDecoder.Decode(new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 }, options, name),
        ["stream of single bytes"] = (bytes, options, name) => ImageDecoder.Decode(new ScriptedStream(bytes) { MostARead = 1 }, options, name),
        ["stream that lies"] = (bytes, options, name) => ImageDecoder.Decode(new ScriptedStream(bytes) { MostARead = 99, SaidLength = 1_000_000_000 }, options, name),
    };

    public static TheoryData<string> Images => [.. ((string[])["formats", "pixels"])
        .SelectMany(folder => Directory.EnumerateFiles(Repository.Data(folder)).Select(f => $"{folder}/{Path.GetFileName(f)}"))
        .Where(f => Path.GetExtension(f) is ".jpg" or ".png" or ".webp" or ".bmp" or ".gif")
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_form_gives_the_same_pixels(string file)
    {
        string path = Repository.Data(file);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (ImageDecoderOptions? options in (ImageDecoderOptions?[])[null, new ImageDecoderOptions { ApplyExifOrientation = true }])
        {
            PixelImage expected = ImageDecoder.Decode(path, options);
            foreach ((string form, Form decode) in Forms)
            {
                PixelImage image = decode(bytes, options, null);
                Assert.Equal((form, expected.Height, expected.Width), (form, image.Height, image.Width));
                Assert.True(expected.Rgb.SequenceEqual(image.Rgb), form);
            }
        }
    }

    [Theory]
    [InlineData("formats/progressive.jpg")]
    [InlineData("formats/rgb.png")]
    [InlineData("formats/lossless.webp")]
    [InlineData("formats/rgb.bmp")]
    [InlineData("formats/first-frame.gif")]
    [InlineData("pixels/grey1.png")]
    public void Every_form_refuses_what_is_cut_off(string file)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data(file));
        // The first frame of the GIF ends in the middle of its file.
        int most = file.EndsWith(".gif", StringComparison.Ordinal) ? bytes.Length / 2 : bytes.Length - 32;
        using TemporaryFolder folder = new();
        for (int length = 0; length < most; length += length < 16 ? 1 : Math.Max(1, bytes.Length / 40))
        {
            byte[] cut = bytes[..length];
            AssertSameRefusal(folder.Write("cut", cut), cut);
        }
    }

    [Fact]
    public void Every_form_has_the_same_limits()
    {
        string path = Repository.Data("formats/rgb.png");
        byte[] bytes = File.ReadAllBytes(path);
        AssertSameRefusal(path, bytes, new ImageDecoderOptions { MaxPixels = 100 });
        AssertSameRefusal(path, bytes, new ImageDecoderOptions { MaxBytes = bytes.Length - 1 });
        AssertSameRefusal(path, bytes, new ImageDecoderOptions { MaxBytes = 0 });
        ImageDecoder.Decode(path, new ImageDecoderOptions { MaxBytes = bytes.Length });
        Assert.All(Forms.Where(f => f.Key != "stream that lies"), f => f.Value(bytes, new ImageDecoderOptions { MaxBytes = bytes.Length }, null));
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(path, new ImageDecoderOptions { MaxBytes = 9 }));
        Assert.Equal($"{path}: has more than 9 bytes, the most that an image may have", exception.Message);
        Assert.Contains("MaxBytes", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_name_the_form_is_named()
    {
        Assert.Equal("(bytes): is empty", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode([])).Message);
        Assert.Equal("(stream): is empty", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(new MemoryStream())).Message);
        Assert.Throws<ArgumentNullException>(() => ImageDecoder.Decode((Stream)null!));
    }

    [Fact]
    public void A_stream_without_an_end_is_refused_at_the_limit()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Data("formats/baseline.jpg"));
        using ScriptedStream stream = new(bytes) { IsEndless = true };
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageFormatException exception = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(stream, new ImageDecoderOptions { MaxBytes = Megabyte }, "endless"));
        Assert.Equal("endless", exception.File);
        Assert.Equal(Megabyte + 1, stream.Given);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * Megabyte);
    }

    [Fact]
    public void A_stream_that_fails_is_the_cause_and_stays_open()
    {
        IOException failure = new("connection reset");
        using ScriptedStream stream = new(File.ReadAllBytes(Repository.Data("formats/rgb.png"))) { Failure = failure };
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ImageDecoder.Decode(stream, name: "upload"));
        Assert.Equal("upload: cannot be read: connection reset", exception.Message);
        Assert.Equal(("upload", failure, false), (exception.File, exception.InnerException, stream.IsClosed));
    }

    [Fact]
    public void A_preprocessor_loads_every_form_alike()
    {
        Preprocessor preprocessor = new(Preprocessing.Timm, new ImageDecoderOptions { ApplyExifOrientation = true });
        string path = Repository.Data("formats/rotated-exif6.jpg");
        byte[] bytes = File.ReadAllBytes(path);
        Tensor expected = preprocessor.Load(path);
        foreach (Tensor tensor in (Tensor[])[preprocessor.Load(bytes), preprocessor.Load(new ScriptedStream(bytes) { MostARead = 1 }), preprocessor.Load([path])])
        {
            Assert.Equal(expected.Shape, tensor.Shape);
            Bits.AssertSame(expected.Values, tensor.Values, path);
        }

        Assert.Equal("upload", Assert.Throws<ImageFormatException>(() => preprocessor.Load(bytes.AsSpan(..99), "upload")).File);
        Assert.Equal("upload", Assert.Throws<ImageFormatException>(() => preprocessor.Load(new MemoryStream(), "upload")).File);
    }

    /// <summary>The name given is the path, so that every fact, and the whole message, must be the file's.</summary>
    private static void AssertSameRefusal(string path, byte[] bytes, ImageDecoderOptions? options = null)
    {
        CudaNetException expected = Assert.ThrowsAny<CudaNetException>(() => ImageDecoder.Decode(path, options));
        foreach ((string form, Form decode) in Forms)
        {
            CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => decode(bytes, options, path));
            Assert.Equal((form, expected.GetType(), expected.Message, expected.File), (form, exception.GetType(), exception.Message, exception.File));
            Assert.Equal((form, expected.Hint), (form, exception.Hint));
        }
    }
}
