using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// The closed list of globals that stand for data in PyTorch's checkpoints, and the data they stand for. Everything else becomes a
/// <see cref="PicklePlaceholder"/>.
/// </summary>
internal static class TorchObjects
{
    /// <summary>What calling <paramref name="callable"/> would have made.</summary>
    /// <exception cref="ShapeException">A tensor is described by something else than numbers.</exception>
    public static object? Call(object? callable, object? arguments)
    {
        if (callable is not PickleGlobal global)
        {
            return new PicklePlaceholder(new PickleGlobal("pickle", "a call of something that is no global"));
        }

        object?[] list = arguments as object?[] ?? [];
        if (global.ToString() == "torch._tensor._rebuild_from_type_v2" && list is [PickleGlobal inner, _, object?[] innerArguments, ..] && inner != global)
        {
            return Call(inner, innerArguments);
        }

        return global.ToString() switch
        {
            "collections.OrderedDict" => new PickleDictionary(list.ElementAtOrDefault(0)),
            "collections.defaultdict" => new PickleDictionary(list.ElementAtOrDefault(1)),
            "torch.Size" => list is [object?[] extents] ? extents : new PicklePlaceholder(global),
            "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Tensor(global, list),
            "torch._utils._rebuild_tensor_v3" => TypedTensor(global, list),
            "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" or "torch.nn.parameter.Parameter" =>
                list is [TensorReference tensor, ..] ? tensor : new PicklePlaceholder(list.ElementAtOrDefault(0) is PicklePlaceholder p ? p.Global : global),
            _ => new PicklePlaceholder(global),
        };
    }

    /// <summary>What a persistent identifier names: a storage, or the class of a pickled module.</summary>
    public static object? Persistent(object? id) => id switch
    {
        object?[] and ["storage", PickleGlobal type, string key, _, long count, ..] when StorageType(type) is { } element =>
            new StorageReference(element, key, count, id is object?[] and [_, _, _, _, _, object?[] and [_, long offset, ..], ..] ? offset : 0),
        object?[] and ["storage", PickleGlobal type, ..] => new PicklePlaceholder(type),
        object?[] and ["module", PickleGlobal type, ..] => type,
        _ => new PicklePlaceholder(new PickleGlobal("pickle", "an unknown persistent identifier")),
    };

    private static WeightType? StorageType(PickleGlobal global) => global switch
    {
        { Module: "torch.storage", Name: "UntypedStorage" or "_UntypedStorage" } or { Module: "torch", Name: "UntypedStorage" } => WeightType.UInt8,
        { Module: "torch" or "torch.cuda" } when global.Name.EndsWith("Storage", StringComparison.Ordinal) => WeightTypes.FromTorch(global.Name),
        _ => null,
    };

    private static object Tensor(PickleGlobal global, object?[] arguments) => arguments switch
    {
        [StorageReference storage, long offset, object?[] extents, object?[] strides, ..] =>
            new TensorReference(storage, storage.Type, offset, Numbers(extents), Numbers(strides)),
        [PicklePlaceholder placeholder, ..] => new PicklePlaceholder(placeholder.Global),
        _ => new PicklePlaceholder(global),
    };

    private static object TypedTensor(PickleGlobal global, object?[] arguments) => arguments switch
    {
        [StorageReference storage, long offset, object?[] extents, object?[] strides, _, _, PickleGlobal { Module: "torch" } type, ..]
            when WeightTypes.FromTorch(type.Name) is { } element => new TensorReference(storage, element, offset, Numbers(extents), Numbers(strides)),
        [_, _, _, _, _, _, PickleGlobal type, ..] => new PicklePlaceholder(type),
        _ => new PicklePlaceholder(global),
    };

    private static long[] Numbers(object?[] values)
    {
        if (values.Length > TensorShape.MaxRank || !values.All(v => v is long))
        {
            throw new ShapeException($"a tensor has {values.Length} extents or strides, at most {TensorShape.MaxRank} whole numbers are possible");
        }

        return [.. values.Cast<long>()];
    }
}
