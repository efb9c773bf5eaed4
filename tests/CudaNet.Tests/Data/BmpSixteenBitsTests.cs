using System.Security.Cryptography;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>BMPs of 16 bits a pixel, every value of them, to the bytes of Pillow.</summary>
public sealed class BmpSixteenBitsTests : IDisposable
{
    private const int MostWidth = 257, MostHeight = 256;
    private readonly TemporaryFolder _folder = new();

    /// <summary>The header's length, whether masks are given, and for how many bits of green.</summary>
    public static TheoryData<int, bool, int> Kinds => new()
    {
        { 12, false, 5 }, { 40, false, 5 }, { 40, true, 5 }, { 40, true, 6 }, { 52, true, 6 }, { 56, true, 5 }, { 64, false, 5 }, { 108, false, 5 }, { 108, true, 6 }, { 124, true, 5 }, { 124, true, 6 },
    };

    private static (int Width, int Height)[] Sizes => [(MostWidth, MostHeight), (1, 1), (2, 1), (2, 2), (4, 4), (3, 5)];

    public void Dispose() => _folder.Dispose();

    /// <summary>Small images are among them, whose files are shorter than some headers.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_value_is_scaled_and_cut_off(int header, bool masks, int green)
    {
        foreach (((int width, int height), bool topDown) in Sizes.SelectMany(s => (header == 12 ? (bool[])[false] : [false, true]).Select(t => (s, t))))
        {
            PixelImage image = ImageDecoder.Decode(Write(header, masks, green, topDown, width, height));
            Assert.Equal((width, height), (image.Width, image.Height));
            for (int i = 0; i < width * height; i++)
            {
                int value = Value(i, width * height);
                byte[] expected = [(byte)((value >> (5 + green) & 31) * 255 / 31), (byte)((value >> 5 & ((1 << green) - 1)) * 255 / ((1 << green) - 1)), (byte)((value & 31) * 255 / 31)];
                Assert.True(image.Rgb.Slice(3 * i, 3).SequenceEqual(expected), $"pixel {i}, {value:x4}");
            }
        }
    }

    [Fact]
    public void Pillow_gives_the_same_bytes()
    {
        Python.Require("PIL.Image");
        List<string> files = [], digests = [];
        foreach (((int header, bool masks, int green), (int width, int height)) in Kinds.Select(k => k.Data).Where(k => k.Item1 is not (52 or 56)).SelectMany(k => Sizes.Select(s => (k, s))))
        {
            files.Add(_folder.Write($"{files.Count}.bmp", Write(header, masks, green, topDown: header != 12 && green == 6, width, height)));
            digests.Add(Convert.ToHexStringLower(SHA256.HashData(ImageDecoder.Decode(files[^1]).Rgb)));
        }

        string printed = Python.Evaluate("import sys, hashlib\nfrom PIL import Image\nfor f in sys.argv[1:]: print(hashlib.sha256(Image.open(f).convert('RGB').tobytes()).hexdigest())", [.. files]);
        Assert.Equal(digests, printed.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void What_is_cut_or_too_large_is_refused()
    {
        byte[] file = Write(40, true, 6, topDown: false);
        Assert.Contains("truncated", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file.AsSpan(0, file.Length - 3))).Message, StringComparison.Ordinal);
        Assert.NotNull(ImageDecoder.Decode(file.AsSpan(0, file.Length - 2)));
        Assert.Contains("more than the limit", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, new ImageDecoderOptions { MaxPixels = 1000 })).Message, StringComparison.Ordinal);
        BitConverter.TryWriteBytes(file.AsSpan(18), 70_000);
        Assert.Contains("a side may have", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file)).Message, StringComparison.Ordinal);
        foreach (int wrong in (int[])[0, int.MinValue, int.MaxValue, -1])
        {
            byte[] sides = Write(40, true, 6, topDown: false);
            BitConverter.TryWriteBytes(sides.AsSpan(18), wrong);
            BitConverter.TryWriteBytes(sides.AsSpan(22), wrong);
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(sides));
        }

        foreach ((int header, bool masks, int green) in Kinds.Select(k => k.Data))
        {
            byte[] small = Write(header, masks, green, topDown: false, 2, 2);
            Assert.All(Enumerable.Range(2, small.Length - 4), length => Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(small.AsSpan(0, length))));
        }
    }

    /// <summary>Every value where there are pixels enough, otherwise some that are rounded another way than they are cut off.</summary>
    private static int Value(int pixel, int pixels) => pixels >= 65_536 ? pixel % 65_536 : (0x2D6B + (pixel * 0x3579)) % 65_536;

    private static byte[] Write(int header, bool masks, int green, bool topDown, int width = MostWidth, int height = MostHeight)
    {
        int stride = ((2 * width) + 3) / 4 * 4;
        int start = 14 + header + (masks && header == 40 ? 12 : 0);
        byte[] file = new byte[start + (stride * height)];
        "BM"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), start);
        BitConverter.TryWriteBytes(file.AsSpan(14), header);
        if (header == 12)
        {
            Array.ForEach([(18, width), (20, height), (22, 1), (24, 16)], v => BitConverter.TryWriteBytes(file.AsSpan(v.Item1), (short)v.Item2));
        }
        else
        {
            BitConverter.TryWriteBytes(file.AsSpan(18), width);
            BitConverter.TryWriteBytes(file.AsSpan(22), topDown ? -height : height);
            file[26] = 1;
            file[28] = 16;
            file[30] = (byte)(masks ? 3 : 0);
            int[] bits = !masks ? [] : green == 6 ? [0xF800, 0x7E0, 0x1F] : [0x7C00, 0x3E0, 0x1F];
            for (int i = 0; i < bits.Length; i++)
            {
                BitConverter.TryWriteBytes(file.AsSpan(54 + (4 * i)), bits[i]);
            }
        }

        for (int i = 0; i < width * height; i++)
        {
            int row = topDown ? i / width : height - 1 - (i / width);
            BitConverter.TryWriteBytes(file.AsSpan(start + (row * stride) + (2 * (i % width))), (ushort)Value(i, width * height));
        }

        return file;
    }
}
