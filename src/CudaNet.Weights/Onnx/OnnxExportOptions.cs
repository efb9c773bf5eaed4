namespace CudaNet.Weights;

/// <summary>How a model becomes an ONNX graph.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Images a run of the graph takes; null: any number, the dimension <c>batch</c>.</summary>
    public int? Batch { get; init; }

    /// <summary>Rows of the images; null: any number, the dimension <c>height</c>.</summary>
    public int? Height { get; init; }

    /// <summary>Columns of the images; null: any number, the dimension <c>width</c>.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// True: a batch norm becomes part of the convolution before it, where nothing else reads that convolution's value, by products in double that are rounded
    /// once. False: it stays a layer of its own.
    /// </summary>
    public bool FoldBatchNorms { get; init; }

    /// <summary>Layers whose values the graph returns beside its output: names, aliases or scopes, as <see cref="Engine.LayerGraph.Find"/> takes them.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];
}
