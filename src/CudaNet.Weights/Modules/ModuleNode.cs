namespace CudaNet.Weights;

/// <summary>A module of a pickled tree: its class, its plain attributes and the modules in it. One that stands in several places is one node.</summary>
internal sealed class ModuleNode(PickleGlobal type, PickleDictionary state)
{
    private Dictionary<string, object?>? _attributes;

    /// <summary>Its class, by name.</summary>
    public PickleGlobal Class { get; } = type;

    /// <summary>The modules in it, in order; an entry that is None is left out.</summary>
    public List<KeyValuePair<string, ModuleNode>> Children { get; } = [];

    /// <summary>True where its own forward was replaced, or hooks run beside it: code that is not in the file.</summary>
    public bool HasHooks => Attributes.ContainsKey("forward") || IsFilled("_forward_hooks") || IsFilled("_forward_pre_hooks");

    private Dictionary<string, object?> Attributes
    {
        get
        {
            if (_attributes is null)
            {
                _attributes = new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach ((object? key, object? value) in state.Items)
                {
                    if (key is string name)
                    {
                        _attributes[name] = value;
                    }
                }
            }

            return _attributes;
        }
    }

    /// <summary>An attribute's value; false where there is none of that name.</summary>
    public bool TryGet(string name, out object? value) => Attributes.TryGetValue(name, out value);

    private bool IsFilled(string name) => TryGet(name, out object? value) && value is PickleDictionary hooks && hooks.Items.Any();
}
