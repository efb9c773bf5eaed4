namespace CudaNet.Engine;

/// <summary>
/// An immutable network: nodes in execution order, the input first; one of them, usually the last, is the output. Knows neither batch nor image size
/// (but for one that its input insists on): those belong to a plan. Built by <see cref="GraphBuilder"/>. Safe to share between threads.
/// </summary>
public sealed class LayerGraph
{
    private readonly Dictionary<string, LayerNode> _byName = new(StringComparer.Ordinal);

    internal LayerGraph(IReadOnlyList<LayerNode> nodes, LayerNode output)
    {
        Nodes = nodes;
        Output = output;
        foreach (LayerNode node in nodes)
        {
            foreach (string name in node.Aliases.Prepend(node.Name))
            {
                if (!_byName.TryAdd(name, node))
                {
                    throw new CudaNetException($"two layers are named {Printable.Quote(name)}") { Layer = name };
                }
            }
        }
    }

    /// <summary>Every node in execution order, the input included.</summary>
    public IReadOnlyList<LayerNode> Nodes { get; }

    /// <summary>Every node but the input, in execution order.</summary>
    public IEnumerable<LayerNode> Layers => Nodes.Skip(1);

    /// <summary>The batch a run is given.</summary>
    public LayerNode Input => Nodes[0];

    /// <summary>Channels of the images it takes.</summary>
    public int InputChannels => ((GraphInput)Input.Op).Channels;

    /// <summary>The node whose value a run returns.</summary>
    public LayerNode Output { get; }

    /// <summary>All parameters under their full names, in execution order.</summary>
    public IEnumerable<ParameterSpec> Parameters => Nodes.SelectMany(n => n.Parameters);

    /// <summary>Finds a layer by its name, an alias, or a scope: <c>layer3</c> is the last layer of which a name starts with <c>layer3.</c></summary>
    /// <exception cref="LayerNotFoundException">Nothing has that name; the exception suggests the closest.</exception>
    public LayerNode Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.GetValueOrDefault(name)
            ?? Nodes.LastOrDefault(n => IsInScope(n, name))
            ?? throw new LayerNotFoundException(name, NameSuggestions.Closest(name, Names()));
    }

    /// <summary>Every node's shape for a batch of this shape, by <see cref="LayerNode.Index"/>.</summary>
    /// <exception cref="ShapeException">A layer cannot take what reaches it; <see cref="CudaNetException.Layer"/> names it.</exception>
    public TensorShape[] InferShapes(TensorShape input)
    {
        TensorShape[] shapes = new TensorShape[Nodes.Count];
        foreach (LayerNode node in Nodes)
        {
            TensorShape[] inputs = node == Input ? [input] : [.. node.Inputs.Select(i => shapes[i.Index])];
            try
            {
                shapes[node.Index] = node.Op.InferShape(inputs);
            }
            catch (ShapeException exception)
            {
                throw new ShapeException($"layer '{node}' for input {input}: {exception.Message}") { Layer = node.Name };
            }
        }

        return shapes;
    }

    private static bool IsInScope(LayerNode node, string scope) =>
        scope.Length > 0 && (IsInScope(node.Name, scope) || node.Aliases.Any(a => IsInScope(a, scope)));

    private static bool IsInScope(string name, string scope) => name.Length > scope.Length && name[scope.Length] == '.' && name.StartsWith(scope, StringComparison.Ordinal);

    private IEnumerable<string> Names()
    {
        foreach (LayerNode node in Nodes)
        {
            foreach (string name in node.Aliases.Prepend(node.Name))
            {
                yield return name;
                for (int dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
                {
                    yield return name[..dot];
                }
            }
        }
    }
}
