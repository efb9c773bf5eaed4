using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Makes the layers of an ONNX graph, node by node in the file's order. Values that do not depend on the images are folded to constants. All that cannot be run is
/// listed at once.
/// </summary>
internal sealed class OnnxImport
{
    /// <summary>Rows and columns of the image that shapes are inferred with where the file fixes none.</summary>
    private const int SampleSide = 1024;

    /// <summary>More channels than any image has: what is computed for each of them is bounded by the file only through this.</summary>
    public const int MaxChannels = 1 << 16;

    private const int MaxProblems = 100, ShownProblems = 12;

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private readonly List<OnnxLayer> _layers = [];

    /// <param name="source">The file.</param>
    /// <param name="model">What it holds.</param>
    public OnnxImport(FormatSource source, OnnxModel model)
    {
        File = source.Name;
        Opset = model.Opsets.GetValueOrDefault("");
        Tensors = new OnnxTensors(source);
        _graph = model.Graph;
        foreach (OnnxNode node in _graph.Nodes)
        {
            node.Inputs.Distinct().ToList().ForEach(name => _readers[name] = _readers.GetValueOrDefault(name) + 1);
            _named[node.Name] = _named.GetValueOrDefault(node.Name) + 1;
        }

        _graph.Outputs.Select(o => o.Name).ToList().ForEach(name => _readers[name] = _readers.GetValueOrDefault(name) + 1);
        _graph.Initializers.ToList().ForEach(Store);
        Budget = new ReadBudget(source.Name, source.OpenedBytes);
    }

    public string File { get; }

    public long Opset { get; }

    public OnnxTensors Tensors { get; }

    /// <summary>True for a graph that makes images of images: it may give them in another order of channels, and scales and shifts stay in double.</summary>
    public bool IsPreprocessing { get; init; }

    /// <summary>What folded constants may take.</summary>
    public ReadBudget Budget { get; }

    /// <summary>The number of images that the file fixes; null where it fixes none. Every operator works image by image, so others can be run all the same.</summary>
    public long? Batch { get; private set; }

    /// <summary>The layers in the order in which they run, the input first.</summary>
    public IReadOnlyList<OnnxLayer> Layers => _layers;

    /// <summary>What the graph gives, the prediction first.</summary>
    public IReadOnlyList<OnnxActivation> Outputs { get; private set; } = [];

    /// <summary>A constant that is stored under a name; null where there is none.</summary>
    public OnnxConstant? Constant(string name) => _values.GetValueOrDefault(name) as OnnxConstant;

    /// <exception cref="WeightFormatException">The graph is malformed.</exception>
    /// <exception cref="CudaNetException">Something in it cannot be run; the list of it.</exception>
    public void Run()
    {
        AddInput();
        foreach (OnnxNode node in _graph.Nodes)
        {
            Run(node);
            if (_problems.Count >= MaxProblems)
            {
                break;
            }
        }

        if (_problems.Count > 0)
        {
            string more = _problems.Count > ShownProblems ? $"; and {(_problems.Count >= MaxProblems ? $"{MaxProblems - ShownProblems} or more" : $"{_problems.Count - ShownProblems}")} others" : "";
            throw new WeightFormatException($"the ONNX graph has what cannot be run here: {string.Join("; ", _problems.Take(ShownProblems))}{more}")
            {
                File = File,
                Hint = "docs/weights.md lists the operators and what of each is supported.",
            };
        }

        Outputs = [.. _graph.Outputs.Select(Output)];
    }

    /// <summary>Adds a layer for a node; its parameters have to have the shapes that the operator gives them.</summary>
    /// <exception cref="OnnxProblem">The inputs or parameters do not fit.</exception>
    public OnnxActivation Add(OnnxNode node, LayerOp op, int rank, IReadOnlyList<OnnxLayer> inputs, ReadOnlySpan<(string Name, OnnxConstant Value)> parameters)
    {
        TensorShape sample;
        try
        {
            op.Validate();

            // Where the size is open, what is flattened has to be one pixel: a matrix follows, or the graph gives as many features as channels.
            sample = op is Flatten && !inputs[0].IsSizeKnown ? new TensorShape(1, inputs[0].Sample.Channels) : op.InferShape([.. inputs.Select(i => i.Sample)]);
        }
        catch (ShapeException exception)
        {
            throw new OnnxProblem(exception.Message);
        }

        OnnxLayer layer = new(NameOf(node), op, inputs, sample, inputs.All(i => i.IsSizeKnown)) { IsNodeName = HasOwnName(node), Value = node.Outputs.FirstOrDefault("") };
        foreach ((string name, OnnxConstant value) in parameters)
        {
            TensorShape wanted = op.Parameters.First(p => p.Name == name).Shape;
            layer.Parameters.Add(name, value.Shape == wanted ? value : throw new OnnxProblem($"its {name} has the shape {value.Shape}, not {wanted}"));
        }

        _layers.Add(layer);
        AddNames(layer, node);
        return new OnnxActivation(layer, rank);
    }

    /// <summary>A value with the channels that the graph sees, as a layer has them: one is added where there is none, under the name of the node that arranges them.</summary>
    /// <param name="name">The value's name in the graph.</param>
    /// <param name="keepsOrder">True where all of a layer's channels, nothing to be computed of them, may be in another order than the layer's. In preprocessing all orders are kept.</param>
    public OnnxActivation InOwnChannels(string name, bool keepsOrder)
    {
        OnnxActivation value = (OnnxActivation)_values[name];
        if (value.Padding != default && (value.Channels is not null || value.Arithmetic is not null))
        {
            // What is padded becomes the layer: its node does not pad.
            string source = name;
            while (((OnnxActivation)_values[source]).Padding != default)
            {
                source = _makers[source].Inputs[0];
            }

            OnnxActivation arranged = InOwnChannels(source, keepsOrder) with { Padding = value.Padding, PaddingValue = value.PaddingValue };
            _values[name] = arranged;
            return arranged;
        }

        if (value.Arithmetic is null && (value.Channels is null || ((keepsOrder || IsPreprocessing) && value.IsOfAllChannels)))
        {
            return value;
        }

        OnnxNode maker = _makers[name];
        OnnxActivation own = Arrange(maker with { Name = maker.Outputs.Count == 1 ? maker.Name : "", Outputs = [name] }, value, IsPreprocessing ? WeightType.Float64 : WeightType.Float32);
        _values[name] = own;
        return own;
    }

    /// <summary>Adds the layer that gives a value's channels as the graph sees them. Preprocessing, which nobody observes, keeps orders.</summary>
    /// <param name="node">The node that the layer is named after.</param>
    /// <param name="value">Of other channels than its layer's, or with arithmetic of them; not padded.</param>
    /// <param name="type">Element type of the layer's parameters.</param>
    public OnnxActivation Arrange(OnnxNode node, OnnxActivation value, WeightType type)
    {
        bool isOrder = value.Channels is null || (IsPreprocessing && value.IsOfAllChannels);
        Budget.Take(8L * value.ChannelCount * (isOrder ? 1 : value.Layer.Sample.Channels) * sizeof(double), node.Shown);
        (LayerOp op, (string, OnnxConstant)[] parameters) = isOrder ? OnnxChannels.Affine(File, value, type) : OnnxChannels.Choice(File, value, type);
        return Add(node, op, 4, [value.Layer], parameters) with { Channels = isOrder ? value.Channels : null, IsChannelsLast = value.IsChannelsLast };
    }

    /// <summary>True where one node reads the value, or the graph gives it, and nothing else.</summary>
    public bool IsReadOnce(string value) => _readers.GetValueOrDefault(value) == 1;

    /// <summary>Gives a layer the name of the node that finishes what it computes.</summary>
    public void Rename(OnnxLayer layer, OnnxNode node)
    {
        (layer.Name, layer.IsNodeName) = (NameOf(node), HasOwnName(node));
        layer.Aliases.Clear();
        AddNames(layer, node);
    }

    private void Run(OnnxNode node)
    {
        OnnxValue?[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? null : _values.GetValueOrDefault(name) ?? throw Unknown(node, name))];
        IReadOnlyList<OnnxValue> results = [];
        if (inputs.OfType<OnnxFailure>().Any())
        {
            // What can be said of a node alone is said, too.
            _problems.AddRange(((string?[])[inputs.OfType<OnnxFailure>().FirstOrDefault(f => f.Why is not null)?.Why, OnnxOperators.Refusal(node)]).OfType<string>().Select(why => $"{Shown(node)}: {why}").Take(1));
        }
        else
        {
            try
            {
                OnnxCall call = new(this, node, inputs);
                results = OnnxOperators.Run(call);
                if (call.Unasked.FirstOrDefault() is { } attribute)
                {
                    throw new OnnxProblem($"attribute {Printable.Quote(attribute)} is not known");
                }
            }
            catch (Exception problem) when (problem is OnnxProblem or ShapeException)
            {
                _problems.Add($"{Shown(node)}: {problem.Message}");
            }
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            _makers.TryAdd(node.Outputs[i], node);
            if (node.Outputs[i].Length > 0 && !_values.TryAdd(node.Outputs[i], results.Count > i ? results[i] : new OnnxFailure(results.Count == 0 ? null : $"it reads output {i} of {Shown(node)}, which is not computed")))
            {
                throw Malformed($"two nodes give {Printable.Quote(node.Outputs[i])}");
            }

            if (results.Count > i && results[i] is OnnxActivation { IsPlain: true } activation && activation.Layer.Name != NameOf(node))
            {
                // A node that changes nothing: one more name of what it reads.
                AddNames(activation.Layer, node);
            }
        }
    }

    private static string Shown(OnnxNode node) => $"{Printable.Quote(node.Shown)} ({Printable.Text(node.Operator)})";

    private void AddInput()
    {
        OnnxValueInfo[] inputs = [.. _graph.Inputs.Where(i => !_values.ContainsKey(i.Name))];
        if (inputs is not [{ Extents: [_, _, _, _] extents } input])
        {
            throw Refused(inputs.Length == 1 ? $"the graph's input {Printable.Quote(inputs[0].Name)} is no batch of images (four dimensions)"
                : $"the graph has {inputs.Length} inputs ({Printable.List(inputs.Select(i => i.Name))}), supported is one batch of images");
        }

        if (OnnxTensors.TypeOf(input.DataType) is not (WeightType.Float32 or WeightType.Float16 or WeightType.BFloat16 or WeightType.Float64))
        {
            throw Refused($"the graph's input {Printable.Quote(input.Name)} has elements of type {OnnxTensors.TypeOf(input.DataType)?.TorchName() ?? $"{input.DataType}"}, supported are floating-point numbers");
        }

        bool isChannelsLast = OnnxInputs.IsChannelsLast(_graph, input);
        (long? channels, long? height, long? width) = isChannelsLast ? (extents[3], extents[1], extents[2]) : (extents[1], extents[2], extents[3]);
        long known = channels ?? OnnxInputs.ChannelsOfFirstConvolution(_graph) ?? throw Refused($"the graph does not say how many channels its input {Printable.Quote(input.Name)} has");
        if (new[] { known, height ?? 1, width ?? 1 }.Any(e => e is < 1 or > int.MaxValue))
        {
            throw Refused($"the graph's input {Printable.Quote(input.Name)} has an extent that is out of range");
        }

        if (known > MaxChannels)
        {
            throw Refused($"the graph's input {Printable.Quote(input.Name)} has {known} channels, at most {MaxChannels} are supported");
        }

        Batch = extents[0];
        GraphInput op = new((int)known, (int?)height, (int?)width);
        bool isSizeKnown = height is not null && width is not null;
        OnnxLayer layer = new("input", op, [], new TensorShape(1, op.Channels, op.Height ?? SampleSide, op.Width ?? SampleSide), isSizeKnown);
        layer.Aliases.Add(input.Name);
        _layers.Add(layer);
        _values.Add(input.Name, new OnnxActivation(layer, 4) { IsChannelsLast = isChannelsLast });
    }

    private void Store(OnnxTensor tensor)
    {
        try
        {
            if (!_values.TryAdd(tensor.Name, Tensors.Constant(tensor)))
            {
                throw Malformed($"two constants are named {Printable.Quote(tensor.Name)}");
            }
        }
        catch (OnnxProblem problem)
        {
            _values.TryAdd(tensor.Name, new OnnxFailure(problem.Message));
        }
    }

    private OnnxActivation Output(OnnxValueInfo output) => _values.GetValueOrDefault(output.Name) switch
    {
        null => throw Malformed($"no node gives the output {Printable.Quote(output.Name)}"),
        OnnxActivation { Arithmetic: null } activation when IsPreprocessing => activation,
        OnnxActivation when InOwnChannels(output.Name, keepsOrder: false) is var activation && (IsPreprocessing || activation is { IsPlain: true, Layer.Op: not GraphInput }) => activation,
        _ => throw Refused($"the output {Printable.Quote(output.Name)} is no layer's"),
    };

    private bool HasOwnName(OnnxNode node) => node.Name.Length > 0 && _named[node.Name] == 1;

    private string NameOf(OnnxNode node) => HasOwnName(node) ? node.Name : node.Outputs.FirstOrDefault(o => o.Length > 0) ?? $"node{node.Index}";

    private void AddNames(OnnxLayer layer, OnnxNode node) => layer.Aliases.AddRange(node.Outputs.Take(1).Prepend(NameOf(node)).Where(n => n.Length > 0 && n != layer.Name && !IsDerived(n, node)));

    /// <summary>PyTorch's exports and CNTK's call values by the nodes that give them: <c>/conv1/Conv_output_0</c>.</summary>
    private static bool IsDerived(string name, OnnxNode node) => name.Length > node.Name.Length && node.Name.Length > 0 && name.StartsWith(node.Name, StringComparison.Ordinal) && name.AsSpan(node.Name.Length).StartsWith("_output_", StringComparison.OrdinalIgnoreCase);

    private WeightFormatException Unknown(OnnxNode node, string name) => Malformed(
        $"node {Printable.Quote(node.Shown)} reads {Printable.Quote(name)}, which {(_graph.Nodes.Any(n => n.Outputs.Contains(name)) ? "a later node gives: the nodes are not in the order in which they run, or go in a circle" : "nothing before it gives")}");

    private WeightFormatException Malformed(string message) => new($"the ONNX graph is malformed: {message}") { File = File, Hint = "Export or download it again; `onnx.checker` says more." };

    private WeightFormatException Refused(string message) => new(message) { File = File, Hint = "docs/weights.md lists what of ONNX is supported." };
}
