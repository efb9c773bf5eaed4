namespace CudaNet.Weights;

/// <summary>What a pickle would have made by calling something: the callable's name, and the state it would have been given.</summary>
internal sealed class PicklePlaceholder(PickleGlobal global)
{
    public PickleGlobal Global { get; } = global;

    /// <summary>The argument of BUILD: an object's attributes.</summary>
    public object? State { get; set; }

    /// <summary>A placeholder for a value of a built-in type that no weight needs.</summary>
    public static PicklePlaceholder BuiltIn(string name) => new(new PickleGlobal("builtins", name));
}
