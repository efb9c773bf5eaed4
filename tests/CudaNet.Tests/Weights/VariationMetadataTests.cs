using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>The metadata entry <c>variations</c>: written by the converter, read back whole, or refused.</summary>
public sealed class VariationMetadataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dilated.trace.pt", """{"layer3.0.conv2": {"stride": 1}, "layer3.0.downsample.0": {"stride": 1}, "layer4.0.conv2": {"stride": 1, "padding": 2, "dilation": 2}, "layer4.0.downsample.0": {"stride": 1}}""")]
    [InlineData("v1.pth", """{"layer2.0.conv1": {"stride": 2}, "layer2.0.conv2": {"stride": 1}, "layer3.0.conv1": {"stride": 2}, "layer3.0.conv2": {"stride": 1}}""")]
    [InlineData("no_pool.pth", """{"maxpool": null}""")]
    [InlineData("no_relu.script.pt", """{"act1": null}""")]
    [InlineData("ceil_mode.pth", """{"maxpool": {"ceil_mode": true}}""")]
    [InlineData("plain.pth", null)]
    public void A_converted_file_gives_the_same_logits_bit_for_bit(string name, string? entry)
    {
        string destination = _folder.File("model.safetensors");
        ModelConverter.Convert(Repository.Data($"variations/{name}"), destination);
        using (WeightFile file = WeightFile.Open(destination))
        {
            Assert.Equal(entry, file.Metadata.GetValueOrDefault("variations"));
        }

        using Model before = ModelFile.Open(Repository.Data($"variations/{name}"));
        using Model after = ModelFile.Open(destination);
        using Model weightsAlone = ModelFile.Open(destination, new ModelFileOptions { IgnoreMetadata = true });
        Assert.True(after.Metadata.ResNet!.HasSameStructure(before.Metadata.ResNet!));
        Assert.Equal(entry is null, after.Metadata.ResNet!.Variations.Count == 0);
        Assert.DoesNotContain("variations", after.Metadata.Other.Keys);
        float[] logits = Logits(before);
        Assert.Equal(logits, Logits(after));
        Assert.Equal(logits, Logits(weightsAlone));
    }

    [Fact]
    public void Every_attribute_that_varies_is_kept()
    {
        ResNetConfig network = TestModels.TinyConfig.With(new Dictionary<string, LayerOp?>
        {
            ["conv1"] = new Conv2d(3, 8, 7, 7, Stride: 3, Padding: new Padding(1, 2, 3, 4), Dilation: 2),
            ["bn1"] = new BatchNorm2d(8, 1.0 / 3),
            ["act1"] = null,
            ["maxpool"] = new MaxPool2d(2, 1, new Padding(0, 1, 0, 1), CeilMode: true),
        });
        string text = MetadataVariations.Write(network);
        ResNetConfig read = TestModels.TinyConfig.With(MetadataVariations.Read(new Dictionary<string, string> { ["variations"] = text }, TestModels.TinyConfig));
        Assert.True(read.HasSameStructure(network), text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"conv1\": 3}")]
    [InlineData("{\"conv1\": {\"stride\": \"2\"}}")]
    [InlineData("{\"conv1\": {\"stride\": 1.5}}")]
    [InlineData("{\"conv1\": {\"stride\": 1e99}}")]
    [InlineData("{\"conv1\": {\"padding\": [1, 2]}}")]
    [InlineData("{\"conv1\": {\"padding\": [[[[1]]]]}}")]
    [InlineData("{\"maxpool\": {\"ceil_mode\": 1}}")]
    [InlineData("{\"conv1\": {}, \"conv1\": {}}")]
    [InlineData("{\"conv1\": {\"groups\": 1}}", "'conv1', a Conv2d, the attribute 'groups', which does not vary")]
    [InlineData("{\"conv9\": null}", "'conv9', which is no layer")]
    [InlineData("{\"relu\": null}", "'relu', which is no layer")]
    [InlineData("{\"conv1\": null}", "layer 'conv1' cannot vary from Conv2d")]
    [InlineData("{\"conv1\": {\"stride\": 0}}", "stride 0")]
    [InlineData("{\"conv1\": {\"stride\": 1000}}", "stride 1000; at most 256")]
    [InlineData("{\"bn1\": {\"eps\": -1}}", "epsilon -1")]
    [InlineData("{\"bn1\": {\"eps\": 1e999}}", "epsilon")]
    public void A_malformed_entry_is_named_even_where_metadata_is_ignored(string text, string expected = "expected a JSON object of objects of numbers, by layer")
    {
        byte[] bytes = SafetensorsBytes.Zeros(ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape)), ("variations", text));
        foreach (bool ignore in (bool[])[false, true])
        {
            CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file", new ModelFileOptions { IgnoreMetadata = ignore }));
            Assert.Equal("file", exception.File);
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        }
    }

    private static float[] Logits(Model model)
    {
        using Session session = new(model, Backends.Create("reference"));
        return session.Predict(Formula.Input(2, 3, 72, 88)).Values.ToArray();
    }
}
