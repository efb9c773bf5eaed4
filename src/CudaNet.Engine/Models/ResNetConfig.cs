using System.Collections.Immutable;

namespace CudaNet.Engine;

/// <summary>The two residual blocks of He et al. 2015 (arXiv:1512.03385).</summary>
public enum ResNetBlock
{
    /// <summary>Two 3×3 convolutions (ResNet-18 and 34).</summary>
    Basic,

    /// <summary>1×1, 3×3 with the stride and the groups, 1×1 (ResNet-50 and up; v1.5, as in torchvision and timm).</summary>
    Bottleneck,
}

/// <summary>What stands between the two linear layers of a head that has two.</summary>
public enum HeadActivation
{
    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Everything that tells one ResNet from another. <see cref="ResNet.Configure"/> gives the published ones.</summary>
public sealed record ResNetConfig
{
    private const string Unnamed = "resnet";

    /// <summary>The published name (<c>resnet18</c>), or <c>resnet</c> where the numbers below fit none.</summary>
    public string Name { get; init; } = Unnamed;

    /// <summary>The block that every stage repeats.</summary>
    public required ResNetBlock Block { get; init; }

    /// <summary>Blocks a stage; one to nine stages.</summary>
    public required IReadOnlyList<int> Depths { get; init; }

    /// <summary>Output channels a stage.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Channels of a bottleneck's 3×3 convolution, a stage; for basic blocks the same as <see cref="Widths"/>.</summary>
    public required IReadOnlyList<int> InnerWidths { get; init; }

    /// <summary>Groups of a bottleneck's 3×3 convolution (ResNeXt); 1 for basic blocks.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Output channels of the 7×7 stem.</summary>
    public int StemWidth { get; init; } = 64;

    /// <summary>Outputs of <c>fc</c>; 0 for a network without one, whose output is <c>global_pool</c>'s (N×C features).</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>
    /// 0 for the usual head, one <see cref="Linear"/> named <c>fc</c>. Otherwise the head has two, <c>fc.0</c> and <c>fc.2</c>, with as many values between them, and
    /// <see cref="HeadActivation"/> as <c>fc.1</c>.
    /// </summary>
    public int HeadWidth { get; init; }

    /// <summary>What is between the two linear layers of a head; means nothing where there is one.</summary>
    public HeadActivation HeadActivation { get; init; } = HeadActivation.ReLU;

    /// <summary>Whether the head's linear layers have a bias.</summary>
    public bool HeadBias { get; init; } = true;

    /// <summary>Channels of the images.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>
    /// Single layers that differ from the usual ones, by name (<c>layer4.0.conv2</c>): the operator in the layer's place, or null for a max-pool or a ReLU that is not there. A
    /// convolution may differ in stride, padding and dilation, a batch norm in epsilon, a max-pool in everything. With variations the network has no published name.
    /// </summary>
    public IReadOnlyDictionary<string, LayerOp?> Variations { get; init; } = ImmutableDictionary<string, LayerOp?>.Empty;

    /// <summary>This network with single layers replaced; without a published name where there are any.</summary>
    public ResNetConfig With(IReadOnlyDictionary<string, LayerOp?> variations)
    {
        ArgumentNullException.ThrowIfNull(variations);
        return variations.Count == 0 ? this : this with { Name = Unnamed, Variations = variations.ToImmutableDictionary(StringComparer.Ordinal) };
    }

    /// <summary>True where every number and every variation agrees; the name does not count.</summary>
    public bool HasSameStructure(ResNetConfig other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Block == other.Block && Groups == other.Groups && StemWidth == other.StemWidth
            && HasSameHead(other) && InputChannels == other.InputChannels
            && Depths.SequenceEqual(other.Depths) && Widths.SequenceEqual(other.Widths) && InnerWidths.SequenceEqual(other.InnerWidths)
            && Variations.Count == other.Variations.Count
            && Variations.All(v => other.Variations.TryGetValue(v.Key, out LayerOp? op) && Equals(op, v.Value));
    }

    private bool HasSameHead(ResNetConfig other) =>
        Classes == other.Classes && HeadWidth == other.HeadWidth && HeadBias == other.HeadBias && (HeadWidth == 0 || HeadActivation == other.HeadActivation);
}
