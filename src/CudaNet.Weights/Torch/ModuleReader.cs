namespace CudaNet.Weights;

/// <summary>
/// Reads a pickled module as data: <c>_parameters</c>, <c>_buffers</c> and <c>_modules</c> of an nn.Module's attributes, or the attributes
/// themselves of a TorchScript module. Nothing of it is called. Iterative, each module once.
/// </summary>
internal static class ModuleReader
{
    private const int MaxItems = 100_000;
    private const int MaxNameLength = WeightTensor.MaxNameLength;

    private static readonly string[] TensorTables = ["_parameters", "_buffers"];

    public static bool IsModule(PicklePlaceholder value, WeightFormat format) =>
        value.State is PickleDictionary { IsPlain: true } state && (format == WeightFormat.TorchScript || state["_modules"] is PickleDictionary);

    /// <summary>All tensors under their dotted names.</summary>
    /// <exception cref="WeightFormatException">The modules are more, or deeper, than any network's.</exception>
    public static IEnumerable<KeyValuePair<object?, object?>> Read(PicklePlaceholder root, WeightFormat format, ByteRegion pickle)
    {
        // A small pickle can name a large table many times: each is looked at once, or counted.
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance) { root.State! };
        Stack<(string Prefix, PickleDictionary State)> open = new([("", (PickleDictionary)root.State!)]);
        int items = 0;
        while (open.TryPop(out (string Prefix, PickleDictionary State) module))
        {
            foreach ((object? key, object? value) in format == WeightFormat.TorchScript ? module.State.Items : Members(module.State))
            {
                string name = module.Prefix + (key as string ?? PickleValues.Describe(key));
                if (++items > MaxItems || name.Length > MaxNameLength)
                {
                    throw pickle.Error(0, $"the pickled module has more than {MaxItems} members, or names longer than {MaxNameLength}");
                }

                if (value is PicklePlaceholder { State: PickleDictionary seenBefore } && !seen.Add(seenBefore))
                {
                    continue;
                }

                if (value is PicklePlaceholder { State: PickleDictionary state } child && IsModule(child, format))
                {
                    open.Push((name + ".", state));
                }
                else if (TensorMapping.IsTensor(value) || value is PicklePlaceholder)
                {
                    yield return KeyValuePair.Create<object?, object?>(name, value);
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<object?, object?>> Members(PickleDictionary state) =>
        TensorTables.Append("_modules").SelectMany(t => state[t] is PickleDictionary { IsPlain: true } table ? table.Items : []);
}
