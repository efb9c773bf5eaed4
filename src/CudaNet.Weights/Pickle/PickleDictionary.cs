namespace CudaNet.Weights;

/// <summary>A dictionary as the pickle lists it: in order, keys of any kind. Equal ones are kept: which of them counts is for no reader to guess.</summary>
/// <param name="source">What it was made from: a dictionary or pairs. Kept, not copied, as a small pickle may name a large one many times.</param>
internal sealed class PickleDictionary(object? source = null)
{
    private List<KeyValuePair<object?, object?>>? _items;

    /// <summary>True where every item cost the pickle an operation of its own.</summary>
    public bool IsPlain => source is null;

    /// <summary>All items in order, those of the source first.</summary>
    public IEnumerable<KeyValuePair<object?, object?>> Items => Pairs(source).Concat(_items ?? (IEnumerable<KeyValuePair<object?, object?>>)[]);

    /// <summary>A string key that is there more than once; null in every dictionary that Python has written.</summary>
    public string? RepeatedName
    {
        get
        {
            HashSet<string> names = new(StringComparer.Ordinal);
            return Items.Select(i => i.Key).OfType<string>().FirstOrDefault(n => !names.Add(n));
        }
    }

    /// <summary>The value under a string key; null where there is none.</summary>
    public object? this[string key] => Items.FirstOrDefault(i => i.Key is string name && name == key).Value;

    public void Add(object? key, object? value) => (_items ??= new List<KeyValuePair<object?, object?>>(1)).Add(KeyValuePair.Create(key, value));

    private static IEnumerable<KeyValuePair<object?, object?>> Pairs(object? source) => source switch
    {
        // One level only: a dictionary made from a dictionary made from … is nothing that PyTorch writes.
        PickleDictionary other => other._items ?? (IEnumerable<KeyValuePair<object?, object?>>)[],
        IEnumerable<object?> pairs => pairs.Select(Pair),
        _ => [],
    };

    private static KeyValuePair<object?, object?> Pair(object? item) => item switch
    {
        object?[] and [var key, var value] => KeyValuePair.Create(key, value),
        List<object?> and [var key, var value] => KeyValuePair.Create(key, value),
        _ => default,
    };
}
