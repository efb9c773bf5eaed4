namespace CudaNet.Weights;

/// <summary>What a pickle would have made by calling something: the callable's name, and the state it would have been given.</summary>
internal sealed class PicklePlaceholder(PickleGlobal global)
{
    // Values of built-in types that no weight needs: one each for all files, as a pickle can have millions.
    public static PicklePlaceholder Set { get; } = BuiltIn("set");

    public static PicklePlaceholder FrozenSet { get; } = BuiltIn("frozenset");

    public static PicklePlaceholder Bytes { get; } = BuiltIn("bytes");

    public static PicklePlaceholder Int { get; } = BuiltIn("int");

    public PickleGlobal Global { get; } = global;

    /// <summary>An object's attributes: the argument of BUILD. Built-in values have none.</summary>
    public object? State { get; private set; }

    private bool IsBuiltIn { get; init; }

    /// <summary>Sets <see cref="State"/>; built-in values, which all files share, stay as they are.</summary>
    public void Build(object? state) => State = IsBuiltIn ? null : state;

    private static PicklePlaceholder BuiltIn(string name) => new(new PickleGlobal("builtins", name)) { IsBuiltIn = true };
}
