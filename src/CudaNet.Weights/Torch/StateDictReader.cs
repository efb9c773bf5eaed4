using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Finds the mapping of names to tensors in what a checkpoint holds: itself, under one of timm's wrapper keys, or a pickled module.</summary>
internal static class StateDictReader
{
    private const int MaxWrappers = 4;

    /// <summary>timm's order: averaged weights before raw ones.</summary>
    private static readonly string[] WrapperKeys = ["state_dict_ema", "model_ema", "state_dict", "model"];

    private static readonly string[] WeightSuffixes = [".weight", ".bias", ".running_mean", ".running_var"];

    /// <param name="format">The kind of file.</param>
    /// <param name="root">What the pickle made.</param>
    /// <param name="storages">Where the tensors' bytes are.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    /// <param name="stateDict">The key of the mapping, where the caller chose one.</param>
    /// <exception cref="WeightFormatException">There is no such mapping.</exception>
    public static RawWeights Read(WeightFormat format, object? root, TorchStorages storages, ByteRegion pickle, string? stateDict)
    {
        List<string> wrappers = [];
        List<LeftOutEntry> leftOut = [];
        object? current = root;
        while (wrappers.Count < MaxWrappers && current is PickleDictionary dictionary)
        {
            string? asked = wrappers.Count == 0 ? stateDict : null;
            if (Choose(dictionary, asked, pickle) is not { } key)
            {
                break;
            }

            string notChosen = asked is null ? $"not chosen: {key} goes before it" : $"not chosen: {key} was asked for";
            leftOut.AddRange(dictionary.Items.Where(i => !key.Equals(i.Key)).Select(i => new LeftOutEntry(NameOf(i.Key), ReasonFor(i, notChosen))));
            wrappers.Add(key);
            current = dictionary[key];
        }

        IEnumerable<KeyValuePair<object?, object?>> items = current switch
        {
            PickleDictionary mapping => mapping.Items,
            PicklePlaceholder module when ModuleReader.IsModule(module, format) => ModuleReader.Read(module, format, pickle),
            _ => throw NoMapping(current, wrappers, pickle),
        };
        RawWeights weights = Collect(format, items, storages, pickle, wrappers, leftOut);
        return current is PicklePlaceholder saved && format != WeightFormat.TorchScript ? weights with { Evidence = new PickledModules(saved) } : weights;
    }

    private static string? Choose(PickleDictionary dictionary, string? asked, ByteRegion pickle)
    {
        if (dictionary.RepeatedName is { } repeated)
        {
            throw Twice(repeated, pickle);
        }

        if (asked is not null)
        {
            return dictionary[asked] is not null
                ? asked
                : throw pickle.Error(0, $"the checkpoint has no entry {Printable.Quote(asked)}; it has {Printable.List(dictionary.Items.Select(i => NameOf(i.Key)))}");
        }

        // 'model' is sometimes the architecture's name.
        return Array.Find(WrapperKeys, k => dictionary[k] is PickleDictionary or PicklePlaceholder);
    }

    private static RawWeights Collect(
        WeightFormat format, IEnumerable<KeyValuePair<object?, object?>> items, TorchStorages storages, ByteRegion pickle, List<string> wrappers, List<LeftOutEntry> leftOut)
    {
        List<WeightTensor> tensors = [];
        List<KeyValuePair<string, string>> placeholders = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((object? key, object? item) in items)
        {
            object? value = item is TensorReference reference ? reference.Current : item;
            string name = NameOf(key);
            if (key is string && !names.Add(name))
            {
                throw Twice(name, pickle);
            }

            if (key is string && value is TensorReference tensor)
            {
                tensors.Add(storages.Resolve(name, tensor));
            }
            else if (key is string && value is MalformedTensor malformed)
            {
                throw pickle.Error(0, $"tensor {Printable.Quote(name)} {malformed.Reason}", PlainTensors);
            }
            else if (value is PicklePlaceholder placeholder && WeightSuffixes.Any(s => name.EndsWith(s, StringComparison.Ordinal)))
            {
                placeholders.Add(KeyValuePair.Create(name, placeholder.Global.ToString()));
            }
            else
            {
                leftOut.Add(new LeftOutEntry(name, PickleValues.Describe(value)));
            }
        }

        if (tensors.Count + placeholders.Count > 0)
        {
            return new RawWeights(format, tensors, placeholders, RawWeights.NoMetadata, leftOut, wrappers);
        }

        string instead = format == WeightFormat.TorchScript ? "its module is frozen, the weights are constants of its code"
            : names.Count > 0 ? $"but {Printable.List(names)}" : "and nothing else with a name";
        throw pickle.Error(0, $"{Where(wrappers)} holds no tensors: {instead}", Remedy);
    }

    private static WeightFormatException Twice(string name, ByteRegion pickle) => pickle.Error(0, $"the name {Printable.Quote(name)} appears twice");

    private const string PlainTensors = "Save plain tensors: torch.save({name: value.detach().clone() for name, value in model.state_dict().items()}, path).";

    private const string Remedy = "Save the weights with torch.save(model.state_dict(), path), or name the entry that has them.";

    private static WeightFormatException NoMapping(object? value, List<string> wrappers, ByteRegion pickle) =>
        pickle.Error(0, $"{Where(wrappers)} is {PickleValues.Describe(value)}, not a mapping of names to tensors", Remedy);

    private static string Where(List<string> wrappers) => wrappers.Count == 0 ? "the checkpoint" : $"the checkpoint's {Printable.Quote(string.Join(" → ", wrappers))}";

    private static string NameOf(object? key) => key switch
    {
        string name => name,
        long number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => PickleValues.Describe(key),
    };

    private static string ReasonFor(KeyValuePair<object?, object?> item, string notChosen) =>
        item.Key is string key && WrapperKeys.Contains(key) && item.Value is PickleDictionary or PicklePlaceholder
            ? notChosen
            : $"{PickleValues.Describe(item.Value)} beside the weights";
}
