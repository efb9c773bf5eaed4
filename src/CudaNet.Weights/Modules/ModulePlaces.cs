using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Where in a file the parts of a network are, told by where its weights are: what stands in front of names, and how projects nest them, has no say.</summary>
internal sealed class ModulePlaces
{
    private readonly Dictionary<string, string> _blocks = new(StringComparer.Ordinal);
    private readonly HashSet<string> _holders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heads = new(StringComparer.Ordinal);

    public ModulePlaces(SupposedNetwork network)
    {
        LayerNode pool = network.Graph.Nodes.FirstOrDefault(n => n.Op is GlobalAveragePool) ?? network.Graph.Output;
        string? root = null;
        foreach (LayerNode layer in network.Graph.Layers)
        {
            if (network.ModuleOf(layer) is not { } path)
            {
                continue;
            }

            Layers[path] = layer;
            AddHolders(path, layer.Index > pool.Index ? _heads : _holders);
            if (layer.Index > pool.Index)
            {
                continue;
            }

            root = root is null ? Parent(path) : Common(root, path);
            if (BlockOf(layer) is { } block)
            {
                _blocks[block] = _blocks.TryGetValue(block, out string? place) ? Common(place, path) : Parent(path);
            }
        }

        Root = root ?? "";
        foreach ((string block, string place) in _blocks.Where(b => b.Value.EndsWith(".layer", StringComparison.Ordinal)).ToArray())
        {
            // transformers' block without a shortcut: its convolutions are one level deeper than its activation.
            _blocks[block] = Parent(place);
        }

        Blocks = _blocks.Where(b => b.Value.Length > Root.Length).GroupBy(b => b.Value, b => b.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _heads.ExceptWith(_holders);
    }

    /// <summary>The layers with weights, by the paths of their modules.</summary>
    public Dictionary<string, LayerNode> Layers { get; } = new(StringComparer.Ordinal);

    /// <summary>The path of the module that holds the stem and all blocks; empty for the module that was saved.</summary>
    public string Root { get; }

    /// <summary>The paths of the blocks, with their names in the network (<c>layer1.0</c>).</summary>
    public IReadOnlyDictionary<string, string> Blocks { get; }

    /// <summary>True for a module that has layers of the network somewhere in it.</summary>
    public bool Holds(string path) => _holders.Contains(path) || _heads.Contains(path);

    /// <summary>True for a module that has layers after the pooling in it, and none before.</summary>
    public bool IsHead(string path) => _heads.Contains(path);

    /// <summary>The layers in a module, or the one that it is, in the network's order.</summary>
    public IReadOnlyList<LayerNode> LayersIn(string path) => Layers.TryGetValue(path, out LayerNode? layer) ? [layer] : [.. Layers.Where(l => IsWithin(l.Key, path)).Select(l => l.Value).OrderBy(l => l.Index)];

    /// <summary>The path of the block that something is in; null outside blocks.</summary>
    public string? BlockAt(string path)
    {
        for (string at = path; at.Length > 0; at = Parent(at))
        {
            if (Blocks.ContainsKey(at))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>A layer's block (<c>layer1.0</c>); null outside blocks.</summary>
    public static string? BlockOf(LayerNode layer)
    {
        string[] parts = layer.Name.Split('.', 3);
        return parts.Length == 3 && parts[0].StartsWith("layer", StringComparison.Ordinal) ? $"{parts[0]}.{parts[1]}" : null;
    }

    /// <summary>True where a path is in a module, or is that module.</summary>
    public static bool IsWithin(string path, string module) =>
        module.Length == 0 || (path.StartsWith(module, StringComparison.Ordinal) && (path.Length == module.Length || path[module.Length] == '.'));

    public static string Parent(string path) => path.LastIndexOf('.') is >= 0 and int dot ? path[..dot] : "";

    private static void AddHolders(string path, HashSet<string> holders)
    {
        do
        {
            path = Parent(path);
            holders.Add(path);
        }
        while (path.Length > 0);
    }

    private static string Common(string place, string path)
    {
        while (!IsWithin(path, place))
        {
            place = Parent(place);
        }

        return place;
    }
}
