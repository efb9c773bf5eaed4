namespace CudaNet.Weights;

/// <summary>What a pickle would have made by calling something: the callable's name, and the state it would have been given.</summary>
internal sealed class PicklePlaceholder(PickleGlobal global)
{
    // Values of built-in types that no weight needs: one each for all files, as a pickle can have millions.
    public static PicklePlaceholder Set { get; } = BuiltIn("set");

    public static PicklePlaceholder FrozenSet { get; } = BuiltIn("frozenset");

    public static PicklePlaceholder Int { get; } = BuiltIn("int");

    public PickleGlobal Global { get; } = global;

    /// <summary>An object's attributes: the argument of BUILD. Built-in values have none.</summary>
    public object? State { get; private set; }

    /// <summary>What it holds as a mapping: an object of a class that derives from dict. Null where nothing was put into it.</summary>
    public PickleDictionary? Items { get; private set; }

    private bool IsBuiltIn { get; init; }

    /// <summary>Sets <see cref="State"/>; built-in values, which all files share, stay as they are.</summary>
    public void Build(object? state) => State = IsBuiltIn ? null : state;

    /// <summary>Puts an item into it, as SETITEM does.</summary>
    public void Add(object? key, object? value)
    {
        if (!IsBuiltIn)
        {
            (Items ??= new PickleDictionary()).Add(key, value);
        }
    }

    private static PicklePlaceholder BuiltIn(string name) => new(new PickleGlobal("builtins", name)) { IsBuiltIn = true };
}
