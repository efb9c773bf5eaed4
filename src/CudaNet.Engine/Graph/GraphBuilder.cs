namespace CudaNet.Engine;

/// <summary>
/// Builds a <see cref="LayerGraph"/> node by node; what is added later runs later. <see cref="Scope"/> prefixes the names added inside it.
/// Not thread-safe. See <c>docs/adding-a-model.md</c>.
/// </summary>
public sealed class GraphBuilder
{
    private readonly List<LayerNode> _nodes = [];
    private string _prefix = "";

    /// <param name="inputChannels">Channels of the images the graph takes.</param>
    /// <exception cref="ShapeException">There are none.</exception>
    public GraphBuilder(int inputChannels)
        : this(new GraphInput(inputChannels))
    {
    }

    /// <param name="input">The images that the graph takes.</param>
    /// <param name="aliases">Other names of the input.</param>
    /// <exception cref="ShapeException">An extent is not positive.</exception>
    public GraphBuilder(GraphInput input, params ReadOnlySpan<string> aliases)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Validate();
        Input = new LayerNode(0, "input", input, [], [.. aliases]);
        _nodes.Add(Input);
    }

    /// <summary>The batch a run is given.</summary>
    public LayerNode Input { get; }

    /// <summary>Adds one use of an operator under the current scope.</summary>
    /// <param name="name">timm's name within the scope.</param>
    /// <param name="op">What it computes.</param>
    /// <param name="first">The value it reads.</param>
    /// <param name="second">The second value, of <see cref="Engine.Add"/>.</param>
    /// <param name="aliases">Other names within the scope, torchvision's where it differs.</param>
    /// <exception cref="CudaNetException">The inputs are of another graph or too few; the operator's attributes contradict each other.</exception>
    public LayerNode Add(string name, LayerOp op, LayerNode first, LayerNode? second = null, params ReadOnlySpan<string> aliases)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(op);
        ArgumentNullException.ThrowIfNull(first);
        LayerNode[] inputs = second is null ? [first] : [first, second];
        if (inputs.Length != op.InputCount)
        {
            throw new CudaNetException($"layer '{_prefix}{name}': {op.Kind} takes {op.InputCount} inputs, not {inputs.Length}") { Layer = _prefix + name };
        }

        foreach (LayerNode input in inputs)
        {
            if (input.Index >= _nodes.Count || _nodes[input.Index] != input)
            {
                throw new CudaNetException($"layer '{_prefix}{name}' reads '{input}', which is a node of another graph") { Layer = _prefix + name };
            }
        }

        op.Validate();
        LayerNode node = new(_nodes.Count, _prefix + name, op, inputs, FullNames(aliases));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Prefixes the names added until the result is disposed: <c>using (builder.Scope("layer1.0"))</c>. Scopes nest.</summary>
    public IDisposable Scope(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string outer = _prefix;
        _prefix = $"{outer}{name}.";
        return new ScopeEnd(() => _prefix = outer);
    }

    /// <summary>The graph.</summary>
    /// <param name="output">Whose value a run returns; by default the node added last.</param>
    /// <exception cref="CudaNetException">Two nodes share a name, there is none but the input, or the output is of another graph or the input itself.</exception>
    public LayerGraph Build(LayerNode? output = null) =>
        _nodes.Count == 1 ? throw new CudaNetException("a graph needs at least one layer")
        : output is not null && (output == Input || output.Index >= _nodes.Count || _nodes[output.Index] != output) ? throw new CudaNetException($"'{output}' cannot be the graph's output: it is no layer of it")
        : new([.. _nodes], output ?? _nodes[^1]);

    /// <summary>A name within the current scope as the graph has it.</summary>
    internal string FullName(string name) => _prefix + name;

    private string[] FullNames(ReadOnlySpan<string> names)
    {
        string[] full = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            full[i] = _prefix + names[i];
        }

        return full;
    }

    private sealed class ScopeEnd(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
