using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Finds the mapping of names to tensors in what a checkpoint holds: the one that is a ResNet's, wherever it is; of several the one that <see cref="Preference"/> has first.
/// </summary>
internal static class StateDictReader
{
    private const string PlainTensors = "Save plain tensors: torch.save({name: value.detach().clone() for name, value in model.state_dict().items()}, path).";

    private const string Remedy = "Save the weights with torch.save(model.state_dict(), path), or name the entry that has them (--state-dict, in code ModelFileOptions.StateDict).";

    private static readonly string[] WeightSuffixes = [".weight", ".bias", ".running_mean", ".running_var"];

    /// <param name="format">The kind of file.</param>
    /// <param name="root">What the pickle made.</param>
    /// <param name="storages">Where the tensors' bytes are.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    /// <param name="stateDict">The path of keys to the mapping, with dots between, where the caller chose one.</param>
    /// <exception cref="WeightFormatException">There is no such mapping.</exception>
    public static RawWeights Read(WeightFormat format, object? root, TorchStorages storages, ByteRegion pickle, string? stateDict)
    {
        (object? start, IReadOnlyList<string> path) = stateDict is null ? (root, []) : StateDictPath.Follow(root, stateDict, format, pickle);
        IReadOnlyList<TensorMapping> mappings = TensorMappings.Find(start, path, format, pickle);
        if (mappings.Count == 0)
        {
            throw NoMapping(format, start, path, pickle);
        }

        (TensorMapping chosen, string[] notes) = MappingChoice.Choose(mappings, pickle);
        RawWeights weights = Collect(format, chosen, storages, pickle, StateDictPath.LeftOut(root, chosen.Path, stateDict is not null, format, pickle));
        return weights with { Notes = notes, Evidence = chosen.Module is { } module && format != WeightFormat.TorchScript ? new PickledModules(module) : null };
    }

    /// <summary>True for a name that a weight has.</summary>
    public static bool IsWeightName(string name) => Array.Exists(WeightSuffixes, s => name.EndsWith(s, StringComparison.Ordinal));

    /// <summary>An error about a name that is there twice: which of both counts is for no reader to guess.</summary>
    public static WeightFormatException Twice(string name, ByteRegion pickle) => pickle.Error(0, $"the name {Printable.Quote(name)} appears twice");

    private static RawWeights Collect(WeightFormat format, TensorMapping mapping, TorchStorages storages, ByteRegion pickle, IReadOnlyList<LeftOutEntry> beside)
    {
        List<WeightTensor> tensors = [];
        List<KeyValuePair<string, string>> placeholders = [];
        List<LeftOutEntry> leftOut = [.. beside];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((object? key, object? item) in mapping.Items)
        {
            object? value = PickleValues.TensorOf(item);
            string name = TensorMappings.NameOf(key);
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
            else if (value is PicklePlaceholder placeholder && IsWeightName(name))
            {
                placeholders.Add(KeyValuePair.Create(name, placeholder.Global.ToString()));
            }
            else
            {
                leftOut.Add(new LeftOutEntry(name, PickleValues.Describe(value)));
            }
        }

        return tensors.Count + placeholders.Count > 0
            ? new RawWeights(format, tensors, placeholders, RawWeights.NoMetadata, leftOut, mapping.Path)
            : throw pickle.Error(0, $"{Where(mapping.Path)} holds tensors, but their names are no strings, which a state dict's are", PlainTensors);
    }

    private static WeightFormatException NoMapping(WeightFormat format, object? value, IReadOnlyList<string> path, ByteRegion pickle)
    {
        if (TensorMappings.ItemsOf(value, format, pickle) is not { } items || value is List<object?> or object?[])
        {
            return pickle.Error(0, $"{Where(path)} is {PickleValues.Describe(value)}, not a mapping of names to tensors", Remedy);
        }

        string[] names = [.. items.Take(100).Select(i => TensorMappings.NameOf(i.Key))];
        string instead = format == WeightFormat.TorchScript ? "its module is frozen, the weights are constants of its code"
            : names.Length > 0 ? $"but {Printable.List(names)}" : "and nothing else with a name";
        return pickle.Error(0, $"{Where(path)} holds no tensors: {instead}", Remedy);
    }

    private static string Where(IReadOnlyList<string> path) => path.Count == 0 ? "the checkpoint" : $"the checkpoint's {Printable.Quote(string.Join(" → ", path))}";
}
