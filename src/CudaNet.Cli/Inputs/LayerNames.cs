using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What <c>--layer</c> stands for.</summary>
internal static class LayerNames
{
    /// <summary>Every layer but the input.</summary>
    private const string All = "all";

    /// <summary>The layers asked for, each once, in execution order.</summary>
    /// <exception cref="LayerNotFoundException">A name is none of the model's; the exception suggests the closest.</exception>
    public static IReadOnlyList<LayerNode> Resolve(LayerGraph graph, IEnumerable<string> names) =>
        [.. names.SelectMany(n => n == All ? graph.Layers : [graph.Find(n)]).Distinct().OrderBy(n => n.Index)];
}
