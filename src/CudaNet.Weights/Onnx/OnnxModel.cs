namespace CudaNet.Weights;

/// <summary>An ONNX file as it is stored. Source: <c>onnx.proto</c> of the ONNX project.</summary>
/// <param name="Producer">What made it; empty where it does not say.</param>
/// <param name="Opsets">The versions of the operators' sets, by domain; the standard's is the empty one.</param>
/// <param name="Metadata">Its <c>metadata_props</c>.</param>
/// <param name="Functions">How many functions of its own it has.</param>
/// <param name="Graph">The graph.</param>
internal sealed record OnnxModel(string Producer, IReadOnlyDictionary<string, long> Opsets, IReadOnlyDictionary<string, string> Metadata, int Functions, OnnxGraph Graph)
{
    /// <summary>What files written here say in <see cref="Producer"/>.</summary>
    public const string OwnProducer = "CudaNet";
}

/// <summary>A graph as it is stored.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Nodes">Its nodes, in the order in which they run.</param>
/// <param name="Initializers">Its constants.</param>
/// <param name="SparseInitializers">How many constants are stored as sparse.</param>
/// <param name="Inputs">What it takes; constants may be repeated among it.</param>
/// <param name="Outputs">What it gives.</param>
internal sealed record OnnxGraph(
    string Name,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyList<OnnxTensor> Initializers,
    int SparseInitializers,
    IReadOnlyList<OnnxValueInfo> Inputs,
    IReadOnlyList<OnnxValueInfo> Outputs)
{
    /// <summary>All that it stores: constants, and those that are attributes of nodes.</summary>
    public IEnumerable<OnnxTensor> Tensors => Initializers.Concat(Nodes.SelectMany(n => n.Attributes.Values).Select(a => a.Tensor).OfType<OnnxTensor>());
}

/// <summary>One use of an operator.</summary>
/// <param name="Index">Its place.</param>
/// <param name="Name">Its name; may be empty, and that of others.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Domain">Whose operator it is; empty for the standard's.</param>
/// <param name="Inputs">Names of values; empty where an optional one is left out.</param>
/// <param name="Outputs">Names of values.</param>
/// <param name="Attributes">By name.</param>
internal sealed record OnnxNode(
    int Index,
    string Name,
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>What messages call it: its name, else its first output's.</summary>
    public string Shown { get; } = Name.Length > 0 ? Name : Outputs.FirstOrDefault(o => o.Length > 0) ?? $"{Index}";
}

/// <summary>An attribute; what is not of its kind is empty.</summary>
internal sealed record OnnxAttribute(string Name)
{
    public long? Integer { get; set; }

    public float? Single { get; set; }

    public string? Text { get; set; }

    public OnnxTensor? Tensor { get; set; }

    public List<long> Integers { get; } = [];

    public List<float> Singles { get; } = [];

    /// <summary>True for a graph, a list of texts, or whatever else no operator here has.</summary>
    public bool IsOther { get; set; }
}

/// <summary>A tensor as it is stored: the file's bytes, or where they are.</summary>
internal sealed record OnnxTensor
{
    public string Name { get; set; } = "";

    /// <summary>Element type, a number of <c>TensorProto.DataType</c>.</summary>
    public long DataType { get; set; }

    public List<long> Extents { get; } = [];

    /// <summary><c>raw_data</c>.</summary>
    public ByteRegion? Raw { get; set; }

    /// <summary>The values of the typed fields, with the field's number; in the field's own encoding.</summary>
    public List<(int Field, ByteRegion Bytes)> Typed { get; } = [];

    /// <summary>True where the values are in another file.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Where: <c>location</c>, <c>offset</c>, <c>length</c>.</summary>
    public Dictionary<string, string> External { get; } = new(StringComparer.Ordinal);

    /// <summary>The other file, as a path from the model's folder; as <c>./weights.bin</c> or plainly.</summary>
    public string Location => External.GetValueOrDefault("location", "") is var location && location.StartsWith("./", StringComparison.Ordinal) ? location[2..] : location;

    /// <summary>True where it is a part of a larger one, which nothing writes.</summary>
    public bool IsSegment { get; set; }

    /// <summary>The message, for errors.</summary>
    public required ByteRegion Place { get; init; }
}

/// <summary>A value that a graph takes or gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">Element type, a number of <c>TensorProto.DataType</c>; 0 where it is no tensor or not said.</param>
/// <param name="Extents">Extents, null where one is not fixed; null where not said.</param>
internal sealed record OnnxValueInfo(string Name, long DataType, IReadOnlyList<long?>? Extents);
