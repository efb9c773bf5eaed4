namespace CudaNet.Weights;

/// <summary>A tensor that code has: what it is now, as in-place operators change it for everyone who has it.</summary>
internal sealed class ScriptTensor(DataflowNode node)
{
    /// <summary>What it holds.</summary>
    public DataflowNode Node { get; set; } = node;

    /// <summary>True where another tensor may show the same memory: an in-place operator would change that too.</summary>
    public bool IsShared { get; set; }
}

/// <summary>A module of the archive.</summary>
/// <param name="path">Its dotted path from the module that was saved, with a dot at its end; empty for that.</param>
/// <param name="type">Its class.</param>
/// <param name="attributes">Its attributes, by name.</param>
internal sealed class ScriptModule(string path, string type, IReadOnlyDictionary<string, object?> attributes)
{
    public string Path { get; } = path;

    public string Type { get; } = type;

    public IReadOnlyDictionary<string, object?> Attributes { get; } = attributes;
}

/// <summary>A dotted name that is no variable: a function, or the beginning of its name.</summary>
internal sealed record ScriptName(string Text);

/// <summary>A value that is not known: the image tells it, or an object does that is no number.</summary>
internal sealed record ScriptUnknown
{
    public static ScriptUnknown Value { get; } = new();

    public override string ToString() => "an unknown value";
}

/// <summary>The arguments of a call.</summary>
internal sealed class ScriptArguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    /// <summary>All of them.</summary>
    public IEnumerable<object?> All => positional.Concat(named.Values);

    /// <summary>Those without a name.</summary>
    public IReadOnlyList<object?> Positional => positional;

    /// <summary>Those with one.</summary>
    public IReadOnlyDictionary<string, object?> Named => named;

    /// <summary>An argument by its place or its name, or what stands for it where it is missing.</summary>
    public object? Get(int place, string name, object? missing = null) =>
        place < positional.Count ? positional[place] : named.TryGetValue(name, out object? value) ? value : missing;
}
