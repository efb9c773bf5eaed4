namespace CudaNet.Weights;

/// <summary>
/// The closed list of globals that stand for data in PyTorch's checkpoints, and the data they stand for. Everything else becomes a
/// <see cref="PicklePlaceholder"/>.
/// </summary>
internal static class TorchObjects
{
    /// <summary>What calling <paramref name="callable"/> would have made.</summary>
    public static object? Call(object? callable, object? arguments)
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

    private static PicklePlaceholder Unknown(string what) => new(new PickleGlobal("pickle", what));

    private static WeightType? StorageType(PickleGlobal global) => global switch
    {
        { Module: "torch.storage", Name: "UntypedStorage" or "_UntypedStorage" } or { Module: "torch", Name: "UntypedStorage" } => WeightType.UInt8,
        { Module: "torch" or "torch.cuda" } when global.Name.EndsWith("Storage", StringComparison.Ordinal) => WeightTypes.FromTorchStorage(global.Name),
        _ => null,
    };
}
