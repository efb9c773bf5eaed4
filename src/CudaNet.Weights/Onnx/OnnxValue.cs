using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a name of an ONNX graph stands for while the graph is imported.</summary>
internal abstract record OnnxValue;

/// <summary>What a node gives that cannot be run here, or a constant that cannot be read; whatever reads it is passed over.</summary>
/// <param name="Why">Why, where nobody said it yet.</param>
internal sealed record OnnxFailure(string? Why = null) : OnnxValue;

/// <summary>An extent that a graph computes with.</summary>
/// <param name="Value">Its value; null where it depends on the batch.</param>
/// <param name="IsBatch">True for the number of images.</param>
internal readonly record struct OnnxExtent(long? Value, bool IsBatch = false)
{
    /// <summary>Whether it may be the number of images as it stands first in a shape.</summary>
    public bool MayBeBatch => IsBatch || Value is 0 or -1;

    /// <summary>A shape, for messages.</summary>
    public static string Shown(IEnumerable<OnnxExtent> shape) => string.Join(", ", shape.Take(8).Select(t => t.IsBatch ? "batch" : $"{t.Value?.ToString() ?? "?"}"));
}

/// <summary>Extents of which some depend on the batch: what old exports make of <c>x.view(x.size(0), -1)</c>.</summary>
/// <param name="Values">The extents.</param>
/// <param name="IsScalar">True for a single one without a dimension of its own.</param>
internal sealed record OnnxExtents(IReadOnlyList<OnnxExtent> Values, bool IsScalar) : OnnxValue;

/// <summary>What a layer gives, as the graph sees it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Rank">4 for N×C×H×W and 2 for N×C, whatever the layer's own output has: a global mean has no rows and columns there.</param>
internal sealed record OnnxActivation(OnnxLayer Layer, int Rank) : OnnxValue
{
    /// <summary>The layer's channels in the order in which the graph sees them, a part of them, or some of them twice; null for all in their own.</summary>
    public IReadOnlyList<int>? Channels { get; init; }

    /// <summary>What is still to be computed of each channel that the graph sees; null for nothing. It leaves padding, which there is none of then, alone.</summary>
    public OnnxArithmetic? Arithmetic { get; init; }

    /// <summary>The layer's channel that the graph sees at a place.</summary>
    public int ChannelAt(int place) => Channels?[place] ?? place;

    /// <summary>How many channels the graph sees.</summary>
    public int ChannelCount => Channels?.Count ?? Layer.Sample.Channels;

    /// <summary>True where the graph sees each of the layer's channels once, in whatever order.</summary>
    public bool IsOfAllChannels => Channels is not { } order || (order.Count == Layer.Sample.Channels && order.Distinct().Count() == order.Count);

    /// <summary>True where the graph sees N×H×W×C.</summary>
    public bool IsChannelsLast { get; init; }

    /// <summary>Rows and columns of a constant around it.</summary>
    public Padding Padding { get; init; }

    /// <summary>That constant.</summary>
    public double PaddingValue { get; init; }

    /// <summary>True where the graph sees the layer's output as it is.</summary>
    public bool IsPlain => Channels is null && Arithmetic is null && !IsChannelsLast && Padding == default;

    /// <summary>An axis as counted from the first; negative ones count from behind the last.</summary>
    public long Axis(long axis) => axis < 0 ? axis + Rank : axis;
}

/// <summary>A layer before the graph is built: names may still be added, and a matrix may get its bias.</summary>
/// <param name="name">Its name.</param>
/// <param name="op">What it computes.</param>
/// <param name="inputs">The layers that it reads.</param>
/// <param name="sample">What it gives for one image.</param>
/// <param name="isSizeKnown">Whether rows and columns of <paramref name="sample"/> are those of every run.</param>
internal sealed class OnnxLayer(string name, LayerOp op, IReadOnlyList<OnnxLayer> inputs, TensorShape sample, bool isSizeKnown)
{
    public string Name { get; set; } = name;

    /// <summary>True where the name is a node's, which no other node has; else it is a value's.</summary>
    public bool IsNodeName { get; set; }

    public List<string> Aliases { get; } = [];

    public LayerOp Op { get; set; } = op;

    public IReadOnlyList<OnnxLayer> Inputs => inputs;

    public TensorShape Sample => sample;

    public bool IsSizeKnown => isSizeKnown;

    /// <summary>The value of the graph that it gives first, before nodes that only rename it.</summary>
    public string Value { get; init; } = "";

    /// <summary>Its parameters, by the names that the operator gives them.</summary>
    public Dictionary<string, OnnxConstant> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>The node of the graph, once there is one.</summary>
    public LayerNode? Node { get; set; }
}
