namespace CudaNet.Engine;

/// <summary>One use of an operator in a graph. Compared by reference; belongs to one graph.</summary>
public sealed class LayerNode
{
    internal LayerNode(int index, string name, LayerOp op, IReadOnlyList<LayerNode> inputs, IReadOnlyList<string> aliases)
    {
        Index = index;
        Name = name;
        Op = op;
        Inputs = inputs;
        Aliases = aliases;
        Parameters = [.. op.Parameters.Select(p => new ParameterSpec($"{name}.{p.Name}", p.Shape))];
    }

    /// <summary>Place in execution order; the graph's input is 0.</summary>
    public int Index { get; }

    /// <summary>timm's name: <c>layer1.0.conv1</c>.</summary>
    public string Name { get; }

    /// <summary>Other names of the same node: torchvision's.</summary>
    public IReadOnlyList<string> Aliases { get; }

    /// <summary>What it computes.</summary>
    public LayerOp Op { get; }

    /// <summary>The nodes it reads, all earlier in the graph.</summary>
    public IReadOnlyList<LayerNode> Inputs { get; }

    /// <summary>Its parameters under their full names: <c>layer1.0.conv1.weight</c>.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>The node's name.</summary>
    public override string ToString() => Name;
}
