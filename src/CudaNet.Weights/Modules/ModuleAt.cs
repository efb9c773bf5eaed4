namespace CudaNet.Weights;

/// <summary>A module on the way through a tree, with what is known of where it stands.</summary>
/// <param name="Path">Where it is in the file.</param>
/// <param name="Module">The module.</param>
/// <param name="Holder">The one that it is in; null for the one that was saved.</param>
internal readonly record struct ModuleAt(string Path, ModuleNode Module, ModuleNode? Holder)
{
    /// <summary>The nearest module around it that is no container.</summary>
    public ModuleNode? Owner { get; private init; }

    /// <summary>The path of what stands in a layer's place: of the outermost <c>Sequential</c> around it that holds no layers, or its own.</summary>
    public string Place { get; private init; } = Path;

    /// <summary>True where a <c>Sequential</c> that holds layers runs it.</summary>
    public bool IsOrdered { get; private init; }

    /// <summary>True where its output is the model's.</summary>
    public bool IsWhole { get; private init; } = Holder is null;

    /// <summary>A module in this one.</summary>
    public ModuleAt Child(string name, ModuleNode child, ModulePlaces places)
    {
        bool isSequential = ModuleClasses.IsSequential(Module.Class);
        bool holds = places.Holds(Path);
        string path = Path.Length == 0 ? name : $"{Path}.{name}";
        return new ModuleAt(path, child, Module)
        {
            Owner = ModuleClasses.IsContainer(Module.Class) ? Owner : Module,
            Place = isSequential && !holds ? Place : path,
            IsOrdered = isSequential && (holds || IsOrdered),
            IsWhole = IsWhole && ModuleClasses.IsWrapper(Module.Class),
        };
    }
}
