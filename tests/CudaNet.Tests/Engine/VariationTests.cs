using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>A ResNet whose single layers differ from the usual is computed as such, and what cannot stand in a layer's place is refused.</summary>
public sealed class VariationTests
{
    public static TheoryData<string, string> KindsOnBackends => [.. Backends.All.SelectMany(b => Variations.Names.Select(k => (k, b.Data)))];

    [Theory]
    [MemberData(nameof(KindsOnBackends))]
    public void Gives_the_logits_of_the_varied_network(string kind, string backend)
    {
        ResNetConfig config = Variations.Config(kind);
        using Model model = TestModels.Create(config);
        Assert.Equal("resnet", config.Name);
        Variations.Check(model, kind, backend);
    }

    [Fact]
    public void A_published_network_that_varies_has_no_published_name()
    {
        ResNetConfig usual = ResNet.Configure("resnet18");
        ResNetConfig varied = usual.With(new Dictionary<string, LayerOp?> { ["maxpool"] = null });
        Assert.Equal(("resnet18", "resnet"), (usual.With(new Dictionary<string, LayerOp?>()).Name, varied.Name));
        Assert.False(varied.HasSameStructure(usual));
        Assert.True(varied.HasSameStructure(usual.With(new Dictionary<string, LayerOp?> { ["maxpool"] = null })));
        Assert.False(varied.HasSameStructure(usual.With(new Dictionary<string, LayerOp?> { ["maxpool"] = new MaxPool2d(3, 1, 1) })));
        LayerGraph graph = ResNet.Build(varied);
        Assert.DoesNotContain(graph.Layers, l => l.Name == "maxpool");
        Assert.Equal("act1", graph.Find("layer1.0.conv1").Inputs[0].Name);
    }

    public static TheoryData<string, LayerOp?, string> Strangers => new()
    {
        { "layer5.0.conv1", null, "'layer5.0.conv1', which is no layer" },
        { "relu", null, "'relu', which is no layer" },
        { "conv1", null, "cannot vary from Conv2d" },
        { "bn1", null, "cannot vary from BatchNorm2d" },
        { "layer1.0.add", null, "cannot vary from Add" },
        { "act1", new MaxPool2d(3, 2, 1), "cannot vary from ReLU" },
        { "maxpool", new AvgPool2d(3, 2, 1), "to AvgPool2d" },
        { "conv1", new Conv2d(3, 8, 3, 3), "cannot vary from Conv2d" },
        { "conv1", new Conv2d(3, 8, 7, 7, Stride: 2, Padding: 3, Bias: true), "cannot vary from Conv2d" },
        { "bn1", new BatchNorm2d(9), "cannot vary from BatchNorm2d" },
        { "bn1", new BatchNorm2d(8, double.NaN), "epsilon NaN" },
        { "bn1", new BatchNorm2d(8, -1), "epsilon -1" },
        { "conv1", new Conv2d(3, 8, 7, 7, Stride: 257), "stride 257; at most 256" },
        { "conv1", new Conv2d(3, 8, 7, 7, Padding: 257), "padding 257" },
        { "conv1", new Conv2d(3, 8, 7, 7, Dilation: 300), "dilation 300" },
        { "maxpool", new MaxPool2d(400, 1), "window 400" },
        { "fc", new Linear(32, 5, Bias: false), "cannot vary from Linear" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void What_cannot_stand_in_a_layers_place_is_refused(string name, LayerOp? op, string expected)
    {
        ResNetConfig config = TestModels.TinyConfig.With(new Dictionary<string, LayerOp?> { [name] = op });
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ResNet.Build(config));
        Assert.Equal(name, exception.Layer);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
