using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A ResNet as the names and shapes of its tensors tell it, and what else of the file contradicts, or could not be verified.</summary>
/// <param name="graph">The usual network of that configuration.</param>
/// <param name="storedNames">The names in the file, by timm's.</param>
internal sealed class SupposedNetwork(LayerGraph graph, IReadOnlyDictionary<string, string> storedNames)
{
    private const int MaxNotes = 20;

    private readonly Dictionary<string, LayerOp?> _variations = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    /// <summary>The usual network.</summary>
    public LayerGraph Graph => graph;

    /// <summary>Layers that differ from the usual ones, as in <see cref="ResNetConfig.Variations"/>.</summary>
    public IReadOnlyDictionary<string, LayerOp?> Variations => _variations;

    /// <summary>Sentences for whoever opened the file, each once.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The name in the file of a layer's parameter; null where there is none.</summary>
    public string? Stored(LayerNode layer, string parameter) => storedNames.GetValueOrDefault($"{layer.Name}.{parameter}");

    /// <summary>The path in the file of the module that a layer with weights is; null for other layers.</summary>
    public string? ModuleOf(LayerNode layer)
    {
        const string weight = ".weight";
        return Stored(layer, weight[1..]) is { } name && name.EndsWith(weight, StringComparison.Ordinal) ? name[..^weight.Length] : null;
    }

    /// <summary>Says what a layer is in the file; nothing where it is as usual.</summary>
    public void Found(LayerNode layer, LayerOp? op)
    {
        if (!Equals(op, layer.Op))
        {
            _variations[layer.Name] = op;
        }
    }

    /// <summary>Adds a sentence; at most twenty are kept.</summary>
    public void Note(string sentence)
    {
        if (_notes.Count < MaxNotes && !_notes.Contains(sentence))
        {
            _notes.Add(sentence);
        }
    }

    /// <summary>An exception about a layer of the file that cannot be computed.</summary>
    /// <param name="layer">Its name in the network; null where it has no place there.</param>
    /// <param name="path">Where it is in the file.</param>
    /// <param name="message">What it is, and what is supported.</param>
    public static CudaNetException Refusal(string? layer, string path, string message)
    {
        string where = layer is null ? path.Length == 0 ? "the model" : $"module {Printable.Quote(path)}" : path.Length == 0 ? $"layer '{layer}'" : layer == path ? $"layer '{layer}'" : $"layer '{layer}' ({Printable.Quote(path)} in the file)";
        return new CudaNetException($"{where}: {message}")
        {
            Layer = layer,
            Hint = "What is saved is not the usual ResNet, and would give other numbers if it was computed as one.",
        };
    }
}
