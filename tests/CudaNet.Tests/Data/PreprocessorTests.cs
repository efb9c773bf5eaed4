using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

public sealed class PreprocessorTests
{
    private static readonly Preprocessing Stretch = Preprocessing.Torchvision with { Crop = null };

    /// <summary>The input of the reference layers, computed in double and rounded once: equal in every bit.</summary>
    [Theory]
    [InlineData("chelsea-224x224", "chelsea.png", 224, 224)]
    [InlineData("rocket-97x131", "rocket.jpg", 97, 131)]
    public void Equals_the_reference_input(string name, string image, int height, int width)
    {
        Tensor input = new Preprocessor(Stretch with { Height = height, Width = width }).Load(Repository.File($"samples/{image}"));
        float[] expected = ReadInput(Shared.Require($"golden/layers/{name}.safetensors"));
        Assert.Equal(new TensorShape(1, 3, height, width), input.Shape);
        Assert.True(input.Values.SequenceEqual(expected));
    }

    [Fact]
    public void A_batch_is_its_images_in_order()
    {
        Preprocessor preprocessor = new(Preprocessing.Timm);
        string[] paths = [Repository.File("samples/rocket.jpg"), Repository.File("samples/gray_coins.png")];
        Tensor batch = preprocessor.Load(paths);
        Assert.Equal(new TensorShape(2, 3, 224, 224), batch.Shape);
        Assert.True(batch.Image(0).Values.SequenceEqual(preprocessor.Load(paths[0]).Values));
        Assert.True(batch.Image(1).Values.SequenceEqual(preprocessor.Load(paths[1]).Values));
    }

    [Fact]
    public void One_channel_is_the_luminance()
    {
        PixelImage image = new(1, 2, [255, 0, 0, 10, 20, 30]);
        Preprocessor preprocessor = new(new Preprocessing(1, 2, Interpolation.Bilinear, null, [0.5], [0.5]));
        float[] values = new float[2];
        preprocessor.Fill(image, values);
        // Pillow's convert('L'): 76 and 18.
        Assert.Equal(new TensorShape(1, 1, 1, 2), preprocessor.ImageShape);
        Assert.Equal([(float)(((76 / 255.0) - 0.5) / 0.5), (float)(((18 / 255.0) - 0.5) / 0.5)], values);
    }

    /// <summary>A crop computed as a window equals the same window cut from the whole resized image.</summary>
    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    [InlineData(Interpolation.OpenCvLinear)]
    public void A_crop_is_a_window_of_the_whole(Interpolation interpolation)
    {
        PixelImage image = ImageDecoder.Decode(Repository.File("samples/coffee.jpg"));
        PixelImage crop = new Preprocessor(Preprocessing.Torchvision with { Interpolation = interpolation }).Resize(image);
        PixelImage whole = new Preprocessor(Stretch with { Height = 256, Width = 384, Interpolation = interpolation }).Resize(image);
        for (int y = 0; y < 224; y++)
        {
            Assert.True(crop.Row(y).SequenceEqual(whole.Row(y + 16).Slice(80 * 3, 224 * 3)), $"row {y}");
        }
    }

    /// <summary>A 300-fold aspect would need 19 million columns before the crop: only the window is made.</summary>
    [Fact]
    public void An_extreme_aspect_takes_no_memory()
    {
        PixelImage image = new(1, 60_000, new byte[180_000]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        PixelImage result = new Preprocessor(Preprocessing.Timm).Resize(image);
        Assert.Equal((224, 224), (result.Height, result.Width));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>timm's rule for targets that are not square: 300×451 covers 256×320 at 256×385.</summary>
    [Fact]
    public void A_target_that_is_not_square_is_covered()
    {
        (ResizeAxis rows, ResizeAxis columns) = ResizeGeometry.For(300, 451, Stretch with { Height = 224, Width = 280, Crop = 0.875 });
        Assert.Equal(new ResizeAxis(300, 256, 16, 224), rows);
        Assert.Equal(new ResizeAxis(451, 385, 52, 280), columns);
    }

    [Theory]
    [InlineData(256, 256, 128, 128)]
    [InlineData(6, 4, 3, 2)]
    public void OpenCv_halving_is_a_mean_of_four(int height, int width, int rows, int columns)
    {
        byte[] bytes = new byte[height * width * 3];
        new Random(1).NextBytes(bytes);
        PixelImage image = new(height, width, bytes);
        PixelImage half = new Preprocessor(Preprocessing.Albumentations with { Height = rows, Width = columns }).Resize(image);
        for (int i = 0; i < half.Rgb.Length; i++)
        {
            (int y, int x) = (i / (columns * 3), i % (columns * 3));
            int left = (x / 3 * 6) + (x % 3);
            int sum = image.Row(2 * y)[left] + image.Row(2 * y)[left + 3] + image.Row((2 * y) + 1)[left] + image.Row((2 * y) + 1)[left + 3];
            Assert.Equal((sum + 2) >> 2, half.Rgb[i]);
        }
    }

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    [InlineData(Interpolation.OpenCvLinear)]
    public void The_same_size_changes_nothing(Interpolation interpolation)
    {
        PixelImage image = ImageDecoder.Decode(Repository.Data("formats/rgb.png"));
        PixelImage same = new Preprocessor(Stretch with { Height = 61, Width = 97, Interpolation = interpolation }).Resize(image);
        Assert.True(same.Rgb.SequenceEqual(image.Rgb));
    }

    [Fact]
    public void A_rule_that_makes_no_sense_is_refused()
    {
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Height = 0 }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Width = 1 << 20 }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Crop = 1.5 }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Crop = double.NaN }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Mean = [0.5, 0.5], Std = [1, 1] }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Std = [1, 0, 1] }));
        Assert.Throws<CudaNetException>(() => new Preprocessor(Stretch with { Mean = [0, double.NaN, 0] }));
    }

    private static float[] ReadInput(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        JsonElement offsets = header.RootElement.GetProperty("input").GetProperty("data_offsets");
        int start = 8 + headerLength + offsets[0].GetInt32(), end = 8 + headerLength + offsets[1].GetInt32();
        return MemoryMarshal.Cast<byte, float>(file.AsSpan(start..end)).ToArray();
    }
}
