using System.Text.Json;
using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>The networks of tests/data/variations (<c>variations.py</c> made them), one block a stage, four channels wide, with PyTorch's logits in double.</summary>
public static class Variations
{
    private static readonly Lazy<JsonDocument> Expected = new(() => JsonDocument.Parse(File.ReadAllBytes(Repository.Data("variations/expected.json"))));

    /// <summary>The networks that the engine expresses: kind, block, layers in place of the usual ones.</summary>
    private static readonly Dictionary<string, (ResNetBlock Block, (string Name, LayerOp? Op)[] Layers)> Kinds = new(StringComparer.Ordinal)
    {
        ["plain"] = (ResNetBlock.Basic, []),
        ["bottleneck"] = (ResNetBlock.Bottleneck, []),
        ["dilated"] = (ResNetBlock.Bottleneck,
        [
            ("layer3.0.conv2", new Conv2d(4, 4, 3, 3, Stride: 1, Padding: 1)), ("layer3.0.downsample.0", new Conv2d(24, 16, 1, 1)),
            ("layer4.0.conv2", new Conv2d(6, 6, 3, 3, Stride: 1, Padding: 2, Dilation: 2)), ("layer4.0.downsample.0", new Conv2d(16, 24, 1, 1)),
        ]),
        ["v1"] = (ResNetBlock.Bottleneck,
        [
            ("layer2.0.conv1", new Conv2d(16, 6, 1, 1, Stride: 2)), ("layer2.0.conv2", new Conv2d(6, 6, 3, 3, Padding: 1)),
            ("layer3.0.conv1", new Conv2d(24, 4, 1, 1, Stride: 2)), ("layer3.0.conv2", new Conv2d(4, 4, 3, 3, Padding: 1)),
        ]),
        ["stem_stride"] = (ResNetBlock.Basic, [("conv1", new Conv2d(3, 4, 7, 7, Stride: 1, Padding: 3))]),
        ["no_pool"] = (ResNetBlock.Basic, [("maxpool", null)]),
        ["ceil_mode"] = (ResNetBlock.Basic, [("maxpool", new MaxPool2d(3, 2, 1, CeilMode: true))]),
        ["same"] = (ResNetBlock.Basic, [("layer2.0.conv2", new Conv2d(6, 6, 3, 3, Padding: 2, Dilation: 2))]),
        ["no_relu"] = (ResNetBlock.Basic, [("act1", null)]),
    };

    /// <summary>The kinds that the engine expresses.</summary>
    public static IEnumerable<string> Names => Kinds.Keys.Append("eps");

    /// <summary>The network of a kind.</summary>
    public static ResNetConfig Config(string kind)
    {
        bool eps = kind == "eps";
        (ResNetBlock block, (string Name, LayerOp? Op)[] layers) = Kinds[eps ? "plain" : kind];
        int expansion = block == ResNetBlock.Basic ? 1 : 4;
        ResNetConfig config = new()
        {
            Block = block,
            Depths = [1, 1, 1, 1],
            Widths = [4 * expansion, 6 * expansion, 4 * expansion, 6 * expansion],
            InnerWidths = [4, 6, 4, 6],
            StemWidth = 4,
            Classes = 3,
        };
        return eps
            ? config.With(ResNet.Build(config).Nodes.Where(n => n.Op is BatchNorm2d).ToDictionary(n => n.Name, n => (LayerOp?)((BatchNorm2d)n.Op with { Epsilon = 0.1 })))
            : config.With(layers.ToDictionary(l => l.Name, l => l.Op));
    }

    /// <summary>Holds a model's logits for the formula's input against PyTorch's.</summary>
    public static void Check(Model model, string kind, string backend)
    {
        double[] logits = [.. Expected.Value.RootElement.GetProperty("logits").GetProperty(kind).EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];
        IBackend created = Backends.Create(backend);
        using Session session = new(model, created);
        Tensor actual = session.Predict(Formula.Input(2, 3, 72, 88));
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new TensorShape(2, logits.Length / 2), logits, created.Tolerance);
        Assert.True(comparison.Passed, $"{kind} on {backend}: {comparison}");
    }
}
