using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A converted file keeps an order of channels and a mean image, which is a tensor and no weight.</summary>
public sealed class MeanImageTests : IDisposable
{
    private const string Name = "preprocessing.mean_image";

    private static readonly (string Key, string Value)[] Metadata =
    [
        ("input_size", "[3, 4, 6]"), ("mean", "[0, 0, 0]"), ("std", "[1, 1, 1]"), ("interpolation", "bilinear"), ("crop", "none"), ("channel_order", "[2, 1, 0]"), ("mean_image", Name),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".onnx")]
    public void Is_written_and_read_again(string extension)
    {
        TensorShape shape = new(3, 5, 7);
        Preprocessing rule = new(5, 7, Interpolation.Bilinear, null, [0, 0.1, 0], [1.0 / 255, 1, 2]) { ChannelOrder = [1, 2, 0], MeanImage = Formula.Uniform("mean", shape) };
        string written = _folder.File($"model{extension}"), again = _folder.File("again.safetensors");
        ConversionSummary summary = ModelConverter.Convert(Checkpoints.Path("zip.pth"), written, new ConversionOptions { Preprocessing = rule });
        ModelConverter.Convert(written, again);
        foreach (string path in (string[])[written, again])
        {
            using Model model = ModelFile.Open(path, new ModelFileOptions { Strict = true });
            Assert.Equal(rule, model.Metadata.Preprocessing);
            Assert.Empty(model.Metadata.Other);
            Assert.Empty(model.Metadata.Notes);
            Checkpoints.AssertLogits("zip.pth", model);
            using WeightFile file = WeightFile.Open(path);
            Assert.Empty(file.LeftOut);
            Assert.DoesNotContain(Name, file.Tensors.Select(t => t.Name));
            Assert.Equal(summary.TensorCount, file.Tensors.Count);
        }

        // A rule without one leaves it out.
        ModelConverter.Convert(written, again, new ConversionOptions { Preprocessing = Preprocessing.Timm });
        using WeightFile without = WeightFile.Open(again);
        Assert.DoesNotContain("mean_image", without.Metadata.Keys);
        Assert.DoesNotContain("channel_order", without.Metadata.Keys);
        Assert.True(File.ReadAllBytes(again).AsSpan().IndexOf("mean_image"u8) < 0);
    }

    [Fact]
    public void A_graph_of_preprocessing_goes_along()
    {
        string written = _folder.File("model.safetensors"), graph = Repository.Data("preprocess/mean-image-scaled.onnx");
        ConversionSummary summary = ModelConverter.Convert(Checkpoints.Path("zip.pth"), written, new ConversionOptions { Preprocess = graph });
        Assert.Equal("mean-image-scaled.onnx", summary.Metadata.Origins.Preprocessing);
        using Model model = ModelFile.Open(written);
        Assert.Equal(PreprocessingGraph.Read(graph, 1, 1), model.Metadata.Preprocessing);
    }

    [Theory]
    [InlineData("channel_order", "[2, 1]", "0, 1 and 2 in some order")]
    [InlineData("channel_order", "[0, 0, 2]", "0, 1 and 2 in some order")]
    [InlineData("channel_order", "BGR", "JSON array of numbers")]
    [InlineData("mean_image", "conv1.weight", Name)]
    public void Malformed_entries_are_named(string key, string value, string expected) =>
        AssertRefused([.. Metadata.Select(m => m.Key == key ? (key, value) : m)], new TensorShape(3, 4, 6), $"metadata '{key}'", expected);

    [Fact]
    public void A_missing_image_and_one_of_another_shape_are_named()
    {
        AssertRefused(Metadata, null, $"tensor '{Name}'", "is not there, expected 3×4×6");
        AssertRefused(Metadata, new TensorShape(1, 3, 4, 6), $"tensor '{Name}'", "has the shape 1×3×4×6, expected 3×4×6");
        AssertRefused([.. Metadata.Skip(1)], new TensorShape(3, 4, 6), "only in part", "input_size");
        AssertRefused(Metadata.AsSpan(5..).ToArray(), new TensorShape(3, 4, 6), "only in part", "mean");
    }

    [Fact]
    public void A_value_that_is_no_number_is_named()
    {
        byte[] bytes = Bytes(Metadata, new TensorShape(3, 4, 6));
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - 40);
        Assert.Contains($"tensor '{Name}' has values that are no finite numbers", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file")).Message, StringComparison.Ordinal);
    }

    /// <summary>Only the metadata makes it one: by itself it is a tensor like any other.</summary>
    [Fact]
    public void Without_the_entry_it_is_a_tensor_beside_the_network()
    {
        byte[] bytes = Bytes([], new TensorShape(3, 4, 6));
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file", new ModelFileOptions { Strict = true }));
        Assert.Contains(Name, exception.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused((string, string)[] metadata, TensorShape? image, params string[] expected)
    {
        byte[] bytes = Bytes(metadata, image);
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Equal("file", exception.File);
        Assert.All(expected, text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
        using Model model = ModelFile.Read(bytes, "file", new ModelFileOptions { IgnoreMetadata = true, Strict = true });
        Assert.Null(model.Metadata.Preprocessing);
    }

    private static byte[] Bytes((string, string)[] metadata, TensorShape? image)
    {
        using Model tiny = TestModels.Tiny();
        IEnumerable<KeyValuePair<string, TensorShape>> shapes = tiny.Parameters.Tensors.Select(t => KeyValuePair.Create(t.Key, t.Value.Shape));
        return SafetensorsBytes.Zeros(image is { } shape ? shapes.Append(KeyValuePair.Create(Name, shape)) : shapes, metadata);
    }
}
