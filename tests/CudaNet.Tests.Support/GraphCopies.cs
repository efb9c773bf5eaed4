using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Graphs like another, with the same names: with the same weights by formula.</summary>
public static class GraphCopies
{
    /// <summary>What a layer is computed from, and nothing else: its values are the output.</summary>
    public static LayerGraph Ending(LayerGraph graph, LayerNode last)
    {
        Dictionary<LayerNode, LayerNode> copies = [];
        GraphBuilder builder = new(graph.InputChannels);
        return builder.Build(Copy(builder, graph, last, copies));
    }

    /// <summary>The same with another step that reads a layer, where that one is observed: no step may keep the layer to itself.</summary>
    public static LayerGraph WithReader(LayerGraph graph, LayerNode read, string reader, LayerOp op)
    {
        Dictionary<LayerNode, LayerNode> copies = [];
        GraphBuilder builder = new(graph.InputChannels);
        foreach (LayerNode layer in graph.Layers)
        {
            Copy(builder, graph, layer, copies);
        }

        builder.Add(reader, op, copies[read]);
        return builder.Build(copies[graph.Output]);
    }

    private static LayerNode Copy(GraphBuilder builder, LayerGraph graph, LayerNode node, Dictionary<LayerNode, LayerNode> copies)
    {
        if (node == graph.Input)
        {
            return builder.Input;
        }

        if (!copies.TryGetValue(node, out LayerNode? copy))
        {
            LayerNode[] inputs = [.. node.Inputs.Select(n => Copy(builder, graph, n, copies))];
            copy = builder.Add(node.Name, node.Op, inputs[0], inputs.Length > 1 ? inputs[1] : null);
            copies.Add(node, copy);
        }

        return copy;
    }
}
