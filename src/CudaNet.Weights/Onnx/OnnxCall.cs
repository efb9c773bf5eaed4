using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>One node as an operator's importer sees it: what it reads, and its attributes, each of which has to be asked for.</summary>
/// <param name="import">The import that it is a part of.</param>
/// <param name="node">The node.</param>
/// <param name="inputs">What it reads; null where an optional input is left out.</param>
internal sealed class OnnxCall(OnnxImport import, OnnxNode node, IReadOnlyList<OnnxValue?> inputs)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public OnnxNode Node => node;

    public IReadOnlyList<OnnxValue?> Inputs => inputs;

    /// <summary>What it reads there; null where that is left out, or the node has no such input.</summary>
    public OnnxValue? Input(int input) => input < inputs.Count ? inputs[input] : null;

    /// <summary>The version of the operators.</summary>
    public long Opset => import.Opset;

    /// <summary>The file, for computed constants.</summary>
    public string File => import.File;

    public ReadBudget Budget => import.Budget;

    public long? Batch => import.Batch;

    /// <summary>As <see cref="OnnxImport.IsPreprocessing"/>.</summary>
    public bool IsPreprocessing => import.IsPreprocessing;

    /// <summary>The attributes that nobody asked for.</summary>
    public IEnumerable<string> Unasked => node.Attributes.Keys.Where(k => !_asked.Contains(k));

    /// <summary>The constant of a stored tensor.</summary>
    public OnnxConstant Stored(OnnxTensor tensor) => import.Tensors.Constant(tensor);

    /// <summary>Adds a layer that the node becomes.</summary>
    public OnnxActivation Layer(LayerOp op, int rank, IReadOnlyList<OnnxLayer> layers, params ReadOnlySpan<(string Name, OnnxConstant Value)> parameters) => import.Add(node, op, rank, layers, parameters);

    /// <summary>Adds the layer that gives a value's channels as the graph sees them.</summary>
    public OnnxActivation Arranged(OnnxActivation value, WeightType type) => import.Arrange(node, value, type);

    /// <summary>True where this node alone reads what a layer gives, under whatever name, and the graph does not give it.</summary>
    public bool IsOnlyReader(int input, OnnxLayer layer) => node.Inputs[input] == layer.Value && import.IsReadOnce(layer.Value);

    /// <summary>The layer goes by this node's name from now on.</summary>
    public void TakeOver(OnnxLayer layer) => import.Rename(layer, node);

    /// <summary>Attributes that do not change what is computed.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _asked.Add(name);
        }
    }

    public long Integer(string name, long usual) => Find(name) is not { } attribute ? usual : attribute.Integer ?? throw Malformed(name, "a whole number");

    public double Single(string name, double usual) => Find(name) is not { } attribute ? usual : attribute.Single ?? throw Malformed(name, "a number");

    public string Text(string name, string usual) => Find(name) is not { } attribute ? usual : attribute.Text ?? throw Malformed(name, "a text");

    public OnnxTensor? Tensor(string name) => Find(name) is not { } attribute ? null : attribute.Tensor ?? throw Malformed(name, "a tensor");

    public IReadOnlyList<long>? Integers(string name) => Find(name) is not { } attribute ? null : attribute.Integer is null && attribute.Singles.Count == 0 ? attribute.Integers : throw Malformed(name, "whole numbers");

    public IReadOnlyList<float>? Singles(string name) => Find(name) is not { } attribute ? null : attribute.Singles;

    /// <summary>Whole numbers that are an attribute in old versions of the operator and an input in new ones.</summary>
    public long[]? IntegersOrInput(string name, int input) => Integers(name) is { } attribute ? [.. attribute] : Optional(input)?.Integers();

    /// <exception cref="OnnxProblem">It has another value.</exception>
    public void Require(string name, long value)
    {
        if (Integer(name, value) is var found && found != value)
        {
            throw new OnnxProblem($"{name} is {found}, supported is {value}");
        }
    }

    /// <summary>A value that depends on the images, as its layer gives it.</summary>
    /// <exception cref="OnnxProblem">It is none, or has another rank.</exception>
    public OnnxActivation Activation(int input, int? rank = null)
    {
        OnnxActivation value = Own(input, rank);
        return value.IsPlain ? value
            : throw new OnnxProblem(value.Padding != default ? "it reads padded rows and columns, which only convolutions and pooling can" : "it reads values whose channels come last");
    }

    /// <summary>The same, in whatever padding, its channels as the graph has them: what a layer gives is then what the node does. Preprocessing, which nobody observes, keeps orders.</summary>
    public OnnxActivation Own(int input, int? rank = null) => InOwnChannels(input, rank, keepsOrder: false);

    /// <summary>The same, all channels of its layer in whatever order.</summary>
    public OnnxActivation Ordered(int input, int? rank = null) => InOwnChannels(input, rank, keepsOrder: true);

    /// <summary>The same, in whatever order and padding.</summary>
    public OnnxActivation View(int input, int? rank = null) => Input(input) is not OnnxActivation value ? throw new OnnxProblem($"input {input} is a constant, where it should depend on the images")
        : rank is { } wanted && value.Rank != wanted ? throw new OnnxProblem($"input {input} has {value.Rank} dimensions, supported are {wanted}")
        : value;

    /// <summary>A constant.</summary>
    /// <exception cref="OnnxProblem">It depends on the images, or is not there.</exception>
    public OnnxConstant Constant(int input) => Optional(input) ?? throw new OnnxProblem($"input {input} is missing");

    /// <summary>A constant, or null where it is left out.</summary>
    public OnnxConstant? Optional(int input) => Input(input) switch
    {
        null => null,
        OnnxConstant constant => constant,
        _ => throw new OnnxProblem($"input {input} ({Printable.Quote(node.Inputs[input])}) depends on the images, supported is a constant"),
    };

    private OnnxActivation InOwnChannels(int input, int? rank, bool keepsOrder)
    {
        View(input, rank);
        return import.InOwnChannels(node.Inputs[input], keepsOrder);
    }

    private OnnxAttribute? Find(string name)
    {
        _asked.Add(name);
        return node.Attributes.GetValueOrDefault(name) is not { } attribute ? null
            : attribute.IsOther ? throw Malformed(name, "a value of the usual kind")
            : attribute;
    }

    private static OnnxProblem Malformed(string name, string expected) => new($"attribute {name} should be {expected}");
}
