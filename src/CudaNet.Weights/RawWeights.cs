using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a format's reader finds: tensors under the names of the file, before prefixes are removed.</summary>
/// <param name="Format">The kind of file.</param>
/// <param name="Tensors">The tensors that were chosen.</param>
/// <param name="Placeholders">Names that stand where a weight could be, with the global that would have made it.</param>
/// <param name="Metadata">The file's own entries; empty for checkpoints.</param>
/// <param name="LeftOut">What is not part of the weights.</param>
/// <param name="Wrappers">The keys that led to the tensors, outermost first.</param>
internal sealed record RawWeights(
    WeightFormat Format,
    IReadOnlyList<WeightTensor> Tensors,
    IReadOnlyList<KeyValuePair<string, string>> Placeholders,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<LeftOutEntry> LeftOut,
    IReadOnlyList<string> Wrappers)
{
    /// <summary>The file that they were read from, where it is not the one that was named; null until it is known.</summary>
    public string? File { get; init; }

    /// <summary>The network that the file itself describes; null where the tensors' names and shapes have to tell it.</summary>
    public RawNetwork? Network { get; init; }

    /// <summary>True where another program wrote the entries: under the same keys they may mean something else.</summary>
    public bool IsMetadataForeign { get; init; }

    /// <summary>Sentences for the person on what was chosen.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What else the file says of its network; null where there is nothing.</summary>
    public INetworkEvidence? Evidence { get; init; }

    public static IReadOnlyDictionary<string, string> NoMetadata { get; } = new Dictionary<string, string>();
}

/// <summary>A network as a file describes it. Its parameters' names are the tensors' names, as they are stored.</summary>
/// <param name="Architecture">What it is called.</param>
/// <param name="Graph">Its layers.</param>
internal sealed record RawNetwork(string Architecture, LayerGraph Graph);
