using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>One argument of a call that rebuilds a tensor.</summary>
/// <param name="Name">As PyTorch names it.</param>
/// <param name="Expected">What it has to be, for messages.</param>
/// <param name="Fits">Whether a value is that.</param>
/// <param name="IsOptional">Whether it may be missing; only behind those that may not.</param>
internal sealed record RebuildArgument(string Name, string Expected, Func<object?, bool> Fits, bool IsOptional = false)
{
    /// <summary>Attributes or entries that one object may have: a small pickle can name a large dictionary many times.</summary>
    private const int MostItems = 1000;

    public static RebuildArgument Storage { get; } = new("storage", "a storage", v => v is StorageReference);

    public static RebuildArgument Offset { get; } = new("storage_offset", "a whole number", v => v is long);

    public static RebuildArgument Size { get; } = new("size", $"at most {TensorShape.MaxRank} whole numbers", IsNumbers);

    public static RebuildArgument Stride { get; } = new("stride", $"at most {TensorShape.MaxRank} whole numbers", IsNumbers);

    /// <summary>Says whether training changes it: means nothing here.</summary>
    public static RebuildArgument RequiresGrad { get; } = new("requires_grad", "True or False", v => v is bool);

    /// <summary>They change gradients only.</summary>
    public static RebuildArgument BackwardHooks { get; } = new("backward_hooks", "a dictionary", v => v is null or PickleDictionary);

    public static RebuildArgument Dtype { get; } = new("dtype", "an element type", v => v is PickleGlobal { Module: "torch" } type && WeightTypes.FromTorchType(type.Name) is not null);

    /// <summary>The bits of a view: <c>neg</c> and <c>conj</c>.</summary>
    public static RebuildArgument Metadata { get; } = new("metadata", "None or a dictionary of 'neg' and 'conj'", v => v is null || IsMetadata(v), IsOptional: true);

    public static RebuildArgument Data { get; } = new("data", "a tensor", v => v is TensorReference);

    /// <summary>Attributes that the object is given: none of them changes its values but <c>data</c>.</summary>
    public static RebuildArgument State { get; } = new("state", "attributes, not 'data'", IsState);

    /// <summary>Where it was: means nothing here.</summary>
    public static RebuildArgument Device { get; } = new("device", "a device", v => v is string or PicklePlaceholder or null);

    public static RebuildArgument Type { get; } = new("type", "a class", v => v is PickleGlobal);

    public RebuildArgument Optional() => this with { IsOptional = true };

    /// <summary>The items, or null where it is no dictionary or a large one.</summary>
    public static KeyValuePair<object?, object?>[]? Items(object? value)
    {
        KeyValuePair<object?, object?>[] items = value is PickleDictionary dictionary ? [.. dictionary.Items.Take(MostItems + 1)] : [];
        return value is PickleDictionary && items.Length <= MostItems ? items : null;
    }

    private static bool IsNumbers(object? value) => value is object?[] { Length: <= TensorShape.MaxRank } numbers && Array.TrueForAll(numbers, n => n is long);

    private static bool IsMetadata(object? value) =>
        Items(value) is { } items && items.All(i => i is { Key: "neg" or "conj", Value: bool }) && items.DistinctBy(i => i.Key).Count() == items.Length;

    private static bool IsState(object? value) => value switch
    {
        null => true,
        object?[] and [var attributes, var slots] => value is object?[] && IsAttributes(attributes) && IsAttributes(slots),
        _ => IsAttributes(value),
    };

    private static bool IsAttributes(object? value) => value is null || (Items(value) is { } items && !items.Any(i => i.Key is "data"));
}
