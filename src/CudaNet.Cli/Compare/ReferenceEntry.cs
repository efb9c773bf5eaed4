using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>A tensor of a reference file, the layer that its name stands for, and the layers whose values it may hold all the same.</summary>
/// <param name="Stored">The tensor.</param>
/// <param name="Meant">What its name stands for.</param>
/// <param name="LastCall">
/// A hook on torchvision's <c>relu</c>, a module that a block calls several times, keeps the last call: the block's last ReLU. Null where the name leaves no doubt.
/// </param>
internal sealed record ReferenceEntry(WeightTensor Stored, LayerNode Meant, LayerNode? LastCall)
{
    /// <summary>The name in the file.</summary>
    public string Name => Stored.StoredName;

    /// <summary>Layers that compute in place, one after the other, in what the layer gave: PyTorch's ReLU and <c>out += identity</c>.</summary>
    public IReadOnlyList<LayerNode> Overwriting { get; private init; } = [];

    /// <summary>Every layer that is needed to tell what it holds.</summary>
    public IEnumerable<LayerNode> Candidates => [Meant, .. LastCall is null ? [] : (LayerNode[])[LastCall], .. Overwriting];

    /// <param name="graph">The model.</param>
    /// <param name="stored">The tensor.</param>
    /// <param name="bare">Its name without the file's prefix.</param>
    /// <param name="meant">What the name stands for.</param>
    /// <param name="bareNames">All names of the file, without the prefix.</param>
    public static ReferenceEntry Create(LayerGraph graph, WeightTensor stored, string bare, LayerNode meant, IReadOnlySet<string> bareNames)
    {
        const string Module = ".relu";
        LayerNode? lastCall = null;
        if (bare != meant.Name && bare.EndsWith(Module, StringComparison.Ordinal) && !bareNames.Contains($"{bare}_1"))
        {
            string scope = bare[..^Module.Length];
            lastCall = graph.Layers.LastOrDefault(l => l.Op is ReLU && l.Name.StartsWith($"{scope}.", StringComparison.Ordinal));
        }

        return new ReferenceEntry(stored, meant, lastCall == meant ? null : lastCall) { Overwriting = FindOverwriting(graph, meant) };
    }

    private static List<LayerNode> FindOverwriting(LayerGraph graph, LayerNode layer)
    {
        List<LayerNode> found = [];
        LayerNode? at = layer;
        while ((at = graph.Layers.FirstOrDefault(l => l.Op is ReLU or Add && l.Inputs[0] == at)) is not null)
        {
            found.Add(at);
        }

        // What a block gives is added to another value, not the other way round.
        return layer.Op is ReLU ? [] : found;
    }
}
