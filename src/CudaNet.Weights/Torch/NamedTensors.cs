using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Every tensor of a PyTorch file that is no set of weights, under the file's own names: of dictionaries in dictionaries the keys are joined by dots.</summary>
internal static class NamedTensors
{
    private const int MaxDepth = 8;

    /// <summary>A small pickle may name a large dictionary many times.</summary>
    private const int MaxItems = 65_536;

    /// <param name="root">What the pickle made.</param>
    /// <param name="storages">Where the tensors' bytes are.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    /// <exception cref="WeightFormatException">There is no dictionary, it has too many entries, or a tensor's description is not understood.</exception>
    public static (IReadOnlyList<WeightTensor> Tensors, IReadOnlyList<LeftOutEntry> Others) Read(object? root, TorchStorages storages, ByteRegion pickle)
    {
        if (root is not PickleDictionary dictionary)
        {
            throw pickle.Error(0, $"the file is {PickleValues.Describe(root)}, not a dictionary of names and tensors", "Save it with torch.save({name: tensor, …}, path).");
        }

        List<WeightTensor> tensors = [];
        List<LeftOutEntry> others = [];
        int items = 0;
        Collect(dictionary, "", 0);
        return (tensors, others);

        void Collect(PickleDictionary from, string prefix, int depth)
        {
            foreach ((object? key, object? item) in from.Items)
            {
                if (++items > MaxItems)
                {
                    throw pickle.Error(0, $"the dictionaries have more than {MaxItems} entries");
                }

                string name = prefix + TensorMappings.NameOf(key);
                switch (PickleValues.TensorOf(item))
                {
                    case TensorReference tensor:
                        tensors.Add(storages.Resolve(name, tensor));
                        break;
                    case MalformedTensor malformed:
                        throw pickle.Error(0, $"tensor {Printable.Quote(name)} {malformed.Reason}");
                    case PickleDictionary inner when depth < MaxDepth && name.Length <= WeightTensor.MaxNameLength:
                        Collect(inner, name + ".", depth + 1);
                        break;
                    case var other:
                        others.Add(new LeftOutEntry(name, PickleValues.Describe(other)));
                        break;
                }
            }
        }
    }
}
