namespace CudaNet.Weights;

/// <summary>A module of a pickled tree: its class, its plain attributes and the modules in it. One that stands in several places is one node.</summary>
internal sealed class ModuleNode(PickleGlobal type, PickleDictionary state)
{
    private const int MaxClassName = 300;

    private readonly Dictionary<string, ModuleNode> _byName = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, ModuleNode>> _children = [];
    private Dictionary<string, object?>? _attributes;

    /// <summary>Its class, by name.</summary>
    public PickleGlobal Class { get; } = type.Module.Length + type.Name.Length <= MaxClassName ? type : new PickleGlobal("pickle", $"a class with a name longer than {MaxClassName}");

    /// <summary>The modules in it, in order; an entry that is None is left out.</summary>
    public IReadOnlyList<KeyValuePair<string, ModuleNode>> Children => _children;

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

    /// <summary>Its attributes that are numbers, words, flags or lists of them.</summary>
    public IEnumerable<KeyValuePair<string, object?>> PlainAttributes => Attributes.Where(a => a.Key.Length is > 0 and < 40 && a.Value is long or double or bool or string or object?[]);

    /// <summary>Adds a module that is in it.</summary>
    public void Add(string name, ModuleNode child)
    {
        _children.Add(KeyValuePair.Create(name, child));
        _byName.TryAdd(name, child);
    }

    /// <summary>The module of that name in it, or null.</summary>
    public ModuleNode? Child(string name) => _byName.GetValueOrDefault(name);

    /// <summary>An attribute's value; false where there is none of that name.</summary>
    public bool TryGet(string name, out object? value) => Attributes.TryGetValue(name, out value);

    private bool IsFilled(string name) => TryGet(name, out object? value) && value is PickleDictionary hooks && hooks.Items.Any();
}
