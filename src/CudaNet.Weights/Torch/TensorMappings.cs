using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Something in a checkpoint that gives names to tensors: a dictionary, an object of a class that derives from one, or a pickled module.</summary>
/// <param name="Path">The keys that lead to it, outermost first.</param>
/// <param name="Items">What it holds.</param>
/// <param name="Module">The pickled module that it is; null where it is none.</param>
internal sealed record TensorMapping(IReadOnlyList<string> Path, IReadOnlyList<KeyValuePair<object?, object?>> Items, PicklePlaceholder? Module)
{
    /// <summary>The tensors' names and shapes, as far as they are known.</summary>
    public IReadOnlyList<NamedShape> Shapes() =>
        [.. Items.Where(i => i.Key is string { Length: <= WeightTensor.MaxNameLength } && IsTensor(i.Value)).Select(i => new NamedShape(StoredName.Of((string)i.Key!), ShapeOf(i.Value)))];

    /// <summary>True for a tensor, and for what stands for one that is not understood.</summary>
    public static bool IsTensor(object? value) => value is TensorReference or MalformedTensor or NumpyArray;

    private static TensorShape? ShapeOf(object? value)
    {
        try
        {
            return PickleValues.TensorOf(value) is TensorReference tensor ? TensorLayout.ShapeOf(tensor.Extents) : null;
        }
        catch (ShapeException)
        {
            return null;
        }
    }
}

/// <summary>Walks what a checkpoint holds, breadth first; bounded, as a small pickle can name one large dictionary many times.</summary>
internal static class TensorMappings
{
    private const int MostItems = 200_000, MostListItems = 64, Deepest = 8;

    /// <summary>All mappings with tensors, or with what should be some, in the order in which they are met.</summary>
    /// <param name="root">What the pickle made, or a part of it.</param>
    /// <param name="path">The keys that led to <paramref name="root"/>.</param>
    /// <param name="format">How objects are to be taken.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    /// <exception cref="WeightFormatException">There is more than in any checkpoint.</exception>
    public static IReadOnlyList<TensorMapping> Find(object? root, IReadOnlyList<string> path, WeightFormat format, ByteRegion pickle)
    {
        List<TensorMapping> found = [];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Queue<(object? Value, string[] Path)> open = new([(root, [.. path])]);
        int left = MostItems;
        while (open.TryDequeue(out (object? Value, string[] Path) next))
        {
            if (next.Value is null || !seen.Add(next.Value) || ItemsOf(next.Value, format, pickle) is not { } items)
            {
                continue;
            }

            KeyValuePair<object?, object?>[] all = [.. items.Take(left + 1)];
            left = all.Length <= left ? left - all.Length : throw pickle.Error(0, $"the checkpoint holds more than {MostItems} entries", "Save the weights alone.");
            if (all.Any(i => TensorMapping.IsTensor(i.Value) || (i is { Key: string name, Value: PicklePlaceholder } && StateDictReader.IsWeightName(name))))
            {
                found.Add(new TensorMapping(next.Path, all, IsModule(next.Value, format) ? (PicklePlaceholder)next.Value : null));
            }

            if (next.Path.Length - path.Count < Deepest && !IsModule(next.Value, format))
            {
                foreach ((object? key, object? value) in all)
                {
                    if (value is PickleDictionary or PicklePlaceholder or List<object?> or object?[])
                    {
                        open.Enqueue((value, [.. next.Path, NameOf(key)]));
                    }
                }
            }
        }

        return found;
    }

    /// <summary>What a key is called.</summary>
    public static string NameOf(object? key) => key switch
    {
        string name => name,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => PickleValues.Describe(key),
    };

    /// <summary>The items of a value that has some, a module's tensors by their dotted names; null for any other.</summary>
    public static IEnumerable<KeyValuePair<object?, object?>>? ItemsOf(object? value, WeightFormat format, ByteRegion pickle) => value switch
    {
        PickleDictionary dictionary => dictionary.Items,
        PicklePlaceholder module when IsModule(module, format) => ModuleReader.Read(module, format, pickle),
        PicklePlaceholder { Items: { } items } => items.Items,
        PicklePlaceholder { State: PickleDictionary { IsPlain: true } state } => state.Items,
        List<object?> { Count: <= MostListItems } list => list.Select((item, i) => KeyValuePair.Create<object?, object?>((long)i, item)),
        object?[] { Length: <= MostListItems } tuple => tuple.Select((item, i) => KeyValuePair.Create<object?, object?>((long)i, item)),
        _ => null,
    };

    private static bool IsModule(object value, WeightFormat format) => value is PicklePlaceholder placeholder && ModuleReader.IsModule(placeholder, format);
}
