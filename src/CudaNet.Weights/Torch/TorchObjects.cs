namespace CudaNet.Weights;

/// <summary>
/// The closed list of globals that stand for data in PyTorch's checkpoints, and the data they stand for. Everything else becomes a
/// <see cref="PicklePlaceholder"/>.
/// </summary>
internal static class TorchObjects
{
    /// <summary>What calling <paramref name="callable"/> would have made.</summary>
    /// <param name="callable">What is called.</param>
    /// <param name="arguments">With what: a tuple.</param>
    /// <param name="pickle">The pickle, for messages.</param>
    /// <param name="isNested">As in <see cref="PickleMachine.Run"/>.</param>
    public static object? Call(object? callable, object? arguments, ByteRegion pickle, bool isNested)
    {
        if (callable is not PickleGlobal global)
        {
            return new PicklePlaceholder(new PickleGlobal("pickle", "a call of something that is no global"));
        }

        object?[] list = arguments as object?[] ?? [];
        return RebuildCalls.Call(global, list) ?? global.ToString() switch
        {
            "collections.OrderedDict" => new PickleDictionary(list.ElementAtOrDefault(0)),
            "collections.defaultdict" => new PickleDictionary(list.ElementAtOrDefault(1)),
            "copyreg._reconstructor" when list is [PickleGlobal made, PickleGlobal, var content] => Derived(made, content),
            "_codecs.encode" when list is [string text, "latin1" or "latin-1"] => new PickleBytes(text, pickle),
            "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" when list is [PickleGlobal { Name: "ndarray" }, ..] => new NumpyArray(),
            "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer" => NumpyArray.FromBuffer(list),
            "numpy.dtype" when list is [string code, ..] => new NumpyType(code),
            "torch.storage._load_from_bytes" when list is [PickleBytes bytes] && !isNested => bytes.Storage ?? (object)new PicklePlaceholder(global),
            "builtins.bytearray" or "__builtin__.bytearray" when list is [PickleBytes bytes] => bytes,
            "torch.Size" => list is [object?[] extents] ? extents : new PicklePlaceholder(global),
            _ => new PicklePlaceholder(global),
        };
    }

    /// <summary>What a persistent identifier names: a storage, or the class of a pickled module.</summary>
    public static object? Persistent(object? id) => id switch
    {
        object?[] and ["storage", PickleGlobal type, string key, string or null, long count, .. var view] => StorageType(type) is not { } element ? new PicklePlaceholder(type)
            : view is [] or [null] ? new StorageReference(element, key, count, 0)
            : view is [object?[] and [string, long offset, long]] ? new StorageReference(element, key, count, offset)
            : Unknown("a storage that is described in an unknown way"),
        object?[] and ["storage", PickleGlobal type, ..] => StorageType(type) is null ? new PicklePlaceholder(type) : Unknown("a storage that is described in an unknown way"),
        object?[] and ["module", PickleGlobal type, ..] => type,
        _ => Unknown("an unknown persistent identifier"),
    };

    /// <summary>An object of a class of old that derives from a built-in one, with what that holds.</summary>
    private static PicklePlaceholder Derived(PickleGlobal global, object? content)
    {
        PicklePlaceholder made = new(global);
        foreach ((object? key, object? value) in RebuildArgument.Items(content) ?? [])
        {
            made.Add(key, value);
        }

        return made;
    }

    private static PicklePlaceholder Unknown(string what) => new(new PickleGlobal("pickle", what));

    private static WeightType? StorageType(PickleGlobal global) => global switch
    {
        { Module: "torch.storage", Name: "UntypedStorage" or "_UntypedStorage" } or { Module: "torch", Name: "UntypedStorage" } => WeightType.UInt8,
        { Module: "torch" or "torch.cuda" } when global.Name.EndsWith("Storage", StringComparison.Ordinal) => WeightTypes.FromTorchStorage(global.Name),
        _ => null,
    };
}
