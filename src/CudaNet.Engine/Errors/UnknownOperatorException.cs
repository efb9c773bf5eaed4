namespace CudaNet.Engine;

/// <summary>A graph holds an operator that a backend, or whatever else goes through graphs, does not know.</summary>
public sealed class UnknownOperatorException : CudaNetException
{
    /// <param name="who">Who does not know it: <c>the cpu backend</c>.</param>
    /// <param name="node">The layer.</param>
    public UnknownOperatorException(string who, LayerNode node)
        : base($"layer '{node ?? throw new ArgumentNullException(nameof(node))}': {who} does not know {node.Op.Kind}") => Layer = node.Name;
}
