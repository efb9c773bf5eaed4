using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>
/// What the names of a reference file stand for: layers, aliases and scopes (<c>layer4</c> is its last layer), all of them behind one prefix where they have
/// one (<c>model.layer4</c>, <c>outputs.layer4</c>).
/// </summary>
internal sealed class ReferenceNames
{
    private static readonly string[] OfTheOutput = ["predictions", "logits", "output", ""];

    private readonly Dictionary<string, LayerNode> _known = new(StringComparer.Ordinal);
    private readonly LayerNode _output;
    private readonly string _prefix;

    /// <param name="graph">The model.</param>
    /// <param name="names">All names of the file.</param>
    public ReferenceNames(LayerGraph graph, IReadOnlyCollection<string> names)
    {
        _output = graph.Output;
        foreach (LayerNode node in graph.Nodes)
        {
            for (int dot = node.Name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = node.Name.IndexOf('.', dot + 1))
            {
                _known[node.Name[..dot]] = node;
            }
        }

        foreach (LayerNode node in graph.Nodes)
        {
            foreach (string name in node.Aliases.Prepend(node.Name))
            {
                _known[name] = node;
            }
        }

        _prefix = CommonPrefix(names);
    }

    /// <summary>The name without the prefix of the file's names.</summary>
    public string Bare(string name) => name.StartsWith(_prefix, StringComparison.Ordinal) ? name[_prefix.Length..] : name;

    /// <summary>The layer, or null.</summary>
    public LayerNode? Find(string name) =>
        _known.GetValueOrDefault(Bare(name)) ?? _known.GetValueOrDefault(name) ?? (OfTheOutput.Contains(Bare(name)) || name == _prefix.TrimEnd('.') ? _output : null);

    /// <summary>The prefix, nothing included, that makes layers of the most names; the shortest of several.</summary>
    private string CommonPrefix(IReadOnlyCollection<string> names)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal) { [""] = 0 };
        foreach (string name in names)
        {
            for (int start = 0; start >= 0; start = Next(name, start))
            {
                if (_known.TryGetValue(name[start..], out LayerNode? node) && node.Index > 0)
                {
                    counts[name[..start]] = counts.GetValueOrDefault(name[..start]) + 1;
                }
            }
        }

        return counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key.Length).First().Key;
    }

    /// <summary>Where the name's next part begins; −1 behind the last.</summary>
    private static int Next(string name, int start)
    {
        int dot = name.IndexOf('.', start);
        return dot < 0 ? -1 : dot + 1;
    }
}
