namespace CudaNet.Weights;

/// <summary>What the nodes tell of a graph's input beyond its declared shape.</summary>
internal static class OnnxInputs
{
    private static readonly HashSet<string> Before = new(["Add", "Sub", "Mul", "Div", "Cast", "Identity", "Dropout", "Split", "Concat", "Gather", "Slice", "Expand", "Tile", "Pad"], StringComparer.Ordinal);

    /// <summary>True where the images are N×H×W×C: a transposition to N×C×H×W follows, at most after arithmetic, padding and an order of channels (what tf2onnx writes).</summary>
    public static bool IsChannelsLast(OnnxGraph graph, OnnxValueInfo input)
    {
        HashSet<string> images = new([input.Name], StringComparer.Ordinal);
        foreach (OnnxNode node in graph.Nodes.Where(n => n.Inputs.Any(images.Contains)))
        {
            if (Before.Contains(node.Operator))
            {
                images.UnionWith(node.Outputs);
            }
            else if (node.Operator == "Transpose" && node.Attributes.GetValueOrDefault("perm")?.Integers is [0, 3, 1, 2])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The channels that the first convolution takes; null where there is none.</summary>
    public static long? ChannelsOfFirstConvolution(OnnxGraph graph)
    {
        OnnxNode? convolution = graph.Nodes.FirstOrDefault(n => n.Operator == "Conv" && n.Inputs.Count > 1);
        return graph.Initializers.FirstOrDefault(t => t.Name == convolution?.Inputs[1])?.Extents is [_, long channels, _, _] && channels is > 0 and < int.MaxValue
            ? channels * (convolution!.Attributes.GetValueOrDefault("group")?.Integer ?? 1)
            : null;
    }
}
