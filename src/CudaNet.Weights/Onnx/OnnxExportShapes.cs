using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>One extent of a value's type.</summary>
/// <param name="Extent">The number, where it is fixed.</param>
/// <param name="Name">Otherwise its name, where it has one.</param>
internal readonly record struct OnnxExportDimension(int? Extent, string? Name = null)
{
    public override string ToString() => Extent?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "?";
}

/// <summary>The types of a graph's values, as far as batch and image size are fixed.</summary>
internal static class OnnxExportShapes
{
    /// <summary>Each node's extents, by <see cref="LayerNode.Index"/>.</summary>
    /// <exception cref="ShapeException">A layer cannot take images of the size that is fixed.</exception>
    public static OnnxExportDimension[][] Infer(LayerGraph graph, OnnxExportOptions options)
    {
        OnnxExportDimension batch = new(options.Batch, "batch");
        if (options is { Height: { } height, Width: { } width })
        {
            return [.. graph.InferShapes(new TensorShape(options.Batch ?? 1, graph.InputChannels, height, width))
                .Select(s => (OnnxExportDimension[])[batch, .. s.Extents[1..].ToArray().Select(e => new OnnxExportDimension(e))])];
        }

        OnnxExportDimension[][] shapes = new OnnxExportDimension[graph.Nodes.Count][];
        foreach (LayerNode node in graph.Nodes)
        {
            OnnxExportDimension[] input = node == graph.Input ? [] : shapes[node.Inputs[0].Index];
            shapes[node.Index] = node.Op switch
            {
                GraphInput op => [batch, new(op.Channels), new(options.Height, "height"), new(options.Width, "width")],
                Conv2d op => [batch, new(op.OutChannels), default, default],
                WindowPool => [batch, input[1], default, default],
                GlobalAveragePool => [batch, input[1]],
                Linear op => [batch, new(op.OutFeatures)],
                BatchNorm2d or ReLU or Add or Offset or Softmax => input,
                Flatten => [batch, default],
                _ => throw new UnknownOperatorException("the ONNX export", node),
            };
        }

        return shapes;
    }
}
