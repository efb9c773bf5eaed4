using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
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

    /// <summary>In single precision 9.1 − 0.1 is another number: the subtraction is in double, and rounded once.</summary>
    [Fact]
    public void A_mean_image_is_subtracted_in_the_networks_order_of_channels()
    {
        float[] mean = [0.1f, 200.7f, 30, 255, 1e-30f, 103.939f];
        Preprocessing rule = new(1, 2, Interpolation.Bilinear, null, [0, 0, 0], [1.0 / 255, 1.0 / 255, 1.0 / 255]) { ChannelOrder = [2, 0, 1], MeanImage = new Tensor(new TensorShape(3, 1, 2), mean) };
        float[] values = new float[6];
        new Preprocessor(rule).Fill(new PixelImage(1, 2, [1, 2, 3, 40, 50, 60]), values);
        byte[] pixels = [3, 60, 1, 40, 2, 50];
        Assert.Equal(pixels.Zip(mean, (p, m) => (float)(p - (double)m)), values);
        rule = rule with { Mean = [0.5, 0.25, 0], Std = [1, 0.5, 2] };
        new Preprocessor(rule).Fill(new PixelImage(1, 2, [1, 2, 3, 40, 50, 60]), values);
        Assert.Equal(pixels.Zip(mean, (p, m) => (p - (double)m) / 255).Select((v, i) => (float)((v - rule.Mean[i / 2]) / rule.Std[i / 2])), values);
    }

    [Fact]
    public void An_order_that_is_none_and_a_mean_image_of_another_shape_are_refused()
    {
        Preprocessing rule = Stretch with { Height = 2, Width = 3 };
        Assert.Contains("each once", Assert.Throws<CudaNetException>(() => new Preprocessor(rule with { ChannelOrder = [0, 0, 1] })).Message, StringComparison.Ordinal);
        Assert.Contains("each once", Assert.Throws<CudaNetException>(() => new Preprocessor(rule with { ChannelOrder = [0] })).Message, StringComparison.Ordinal);
        Assert.Contains("3×3×2, the inputs are 3×2×3", Assert.Throws<CudaNetException>(() => new Preprocessor(rule with { MeanImage = Tensor(3, 3, 2) })).Message, StringComparison.Ordinal);
        Assert.Contains("finite", Assert.Throws<CudaNetException>(() => new Preprocessor(rule with { MeanImage = new Tensor(new TensorShape(3, 2, 3), (float[])[.. new float[17], float.NaN]) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_are_equal_where_all_their_numbers_are()
    {
        Preprocessing rule = Stretch with { Height = 2, Width = 3, MeanImage = Tensor(3, 2, 3), ChannelOrder = [2, 1, 0] };
        Preprocessing same = rule with { Mean = [.. rule.Mean], Std = [.. rule.Std], MeanImage = Tensor(3, 2, 3), ChannelOrder = [2, 1, 0] };
        Assert.Equal(rule, same);
        Assert.Equal(rule.GetHashCode(), same.GetHashCode());
        Preprocessing[] others =
        [
            rule with { Mean = [0, 0, 0] }, rule with { Std = [1, 1, 1] }, rule with { Crop = 0.5 }, rule with { Interpolation = Interpolation.Bicubic }, rule with { Height = 3 },
            rule with { ChannelOrder = [0, 1, 2] }, rule with { MeanImage = null }, rule with { MeanImage = Tensor(3, 3, 2) }, rule with { MeanImage = new Tensor(new TensorShape(3, 2, 3), (float[])[.. new float[17], 1]) },
        ];
        Assert.All(others, other => Assert.NotEqual(rule, other));
        Assert.All(others, other => Assert.NotEqual(other, rule));
        Assert.False(rule.IsPlain || (rule with { MeanImage = null }).IsPlain || (rule with { ChannelOrder = [0, 1, 2] }).IsPlain);
    }

    /// <summary>The kernels that normalise bytes know neither: what they would leave out is refused, and never left out.</summary>
    [Fact]
    public void A_GPU_is_given_no_rule_that_it_would_compute_in_part()
    {
        TensorShape shape = new(1, 3, 2, 3);
        Preprocessing rule = Stretch with { Height = 2, Width = 3 };
        _ = new ImageBinding(new byte[18], shape, rule, new float[10]);
        foreach (Preprocessing more in (Preprocessing[])[rule with { ChannelOrder = [2, 1, 0] }, rule with { MeanImage = Tensor(3, 2, 3) }])
        {
            Assert.Contains("on the host", Assert.Throws<CudaNetException>(() => new ImageBinding(new byte[18], shape, more, new float[10])).Hint, StringComparison.Ordinal);
            Assert.Contains("on the host", Assert.Throws<CudaNetException>(() => DeviceInput.Images(new DeviceAddress(16), shape, more)).Hint, StringComparison.Ordinal);
        }
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

    private static Tensor Tensor(params int[] extents) => new(new TensorShape(extents), new float[extents.Aggregate((a, b) => a * b)]);
}
