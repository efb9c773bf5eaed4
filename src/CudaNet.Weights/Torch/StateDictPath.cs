using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The path of keys that leads to a mapping inside of a checkpoint: <c>state_dict</c>, or <c>trainer.model</c> where mappings nest.</summary>
internal static class StateDictPath
{
    /// <summary>What lies at a path. A key may have dots itself: the longest that fits goes first.</summary>
    /// <exception cref="WeightFormatException">There is nothing.</exception>
    public static (object? Value, IReadOnlyList<string> Path) Follow(object? root, string path, WeightFormat format, ByteRegion pickle)
    {
        List<string> keys = [];
        object? current = root;
        string rest = path;
        while (rest.Length > 0)
        {
            KeyValuePair<object?, object?>[] items = [.. (TensorMappings.ItemsOf(current, format, pickle) ?? []).Take(100_000)];
            CheckNames(items, pickle);
            string wanted = rest;
            KeyValuePair<object?, object?> item = items.Where(i => i.Value is not null && Fits(TensorMappings.NameOf(i.Key), wanted)).OrderByDescending(i => TensorMappings.NameOf(i.Key).Length).FirstOrDefault();
            if (item.Value is null)
            {
                string where = keys.Count == 0 ? "the checkpoint" : Printable.Quote(string.Join('.', keys));
                throw pickle.Error(0, $"{where} has no entry {Printable.Quote(rest)}; it has {Printable.List(items.Select(i => TensorMappings.NameOf(i.Key)))}");
            }

            string name = TensorMappings.NameOf(item.Key);
            keys.Add(name);
            current = item.Value;
            rest = rest.Length == name.Length ? "" : rest[(name.Length + 1)..];
        }

        return (current, keys);
    }

    /// <summary>What lies beside the keys of a path, a level after the other.</summary>
    /// <param name="root">Where it starts.</param>
    /// <param name="path">The keys.</param>
    /// <param name="wasAsked">True where a caller chose it.</param>
    /// <param name="format">How objects are to be taken.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    public static IReadOnlyList<LeftOutEntry> LeftOut(object? root, IReadOnlyList<string> path, bool wasAsked, WeightFormat format, ByteRegion pickle)
    {
        List<LeftOutEntry> leftOut = [];
        object? current = root;
        foreach (string key in path)
        {
            KeyValuePair<object?, object?>[] items = [.. TensorMappings.ItemsOf(current, format, pickle) ?? []];
            CheckNames(items, pickle);
            foreach ((object? name, object? value) in items.Where(i => TensorMappings.NameOf(i.Key) != key))
            {
                bool isRival = Preference.IsWrapper(name) && value is PickleDictionary or PicklePlaceholder;
                leftOut.Add(new LeftOutEntry(TensorMappings.NameOf(name), isRival ? $"not chosen: {key} {(wasAsked ? "was asked for" : "goes before it")}" : $"{PickleValues.Describe(value)} beside the weights"));
            }

            current = items.First(i => TensorMappings.NameOf(i.Key) == key).Value;
        }

        return leftOut;
    }

    private static bool Fits(string name, string path) => path == name || (path.StartsWith(name, StringComparison.Ordinal) && path[name.Length] == '.');

    private static void CheckNames(KeyValuePair<object?, object?>[] items, ByteRegion pickle)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (items.Select(i => i.Key).OfType<string>().FirstOrDefault(n => !names.Add(n)) is { } repeated)
        {
            throw StateDictReader.Twice(repeated, pickle);
        }
    }
}
