using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads the shards that an index names, and merges them.</summary>
internal static class ShardedReader
{
    /// <exception cref="WeightFormatException">The index has no folder, or its shards are not as it says.</exception>
    public static RawWeights Read(FormatSource index)
    {
        IReadOnlyDictionary<string, string> map = ShardIndex.Parse(index.Bytes);
        if (index.Folder is null)
        {
            throw new WeightFormatException($"an index of {map.Count} tensors names other files, and there is no folder to find them in")
            {
                File = index.Name,
                Hint = "Open it by its path, or make one file of it with `cudanet convert`.",
            };
        }

        List<WeightTensor> tensors = [];
        List<KeyValuePair<string, string>> placeholders = [];
        List<LeftOutEntry> leftOut = [];
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (string shard in map.Values.Distinct().Order(StringComparer.Ordinal))
        {
            RawWeights part = ReadShard(index.OpenBeside(shard, stateDict: null));
            leftOut.AddRange(part.LeftOut);
            foreach ((string key, string value) in part.Metadata)
            {
                metadata.TryAdd(key, value);
            }

            foreach (KeyValuePair<string, string> placeholder in part.Placeholders.Where(p => map.GetValueOrDefault(p.Key) == shard))
            {
                placeholders.Add(placeholder);
                found.Add(placeholder.Key);
            }

            foreach (WeightTensor tensor in part.Tensors)
            {
                if (map.GetValueOrDefault(tensor.StoredName) == shard)
                {
                    tensors.Add(tensor);
                    found.Add(tensor.StoredName);
                }
                else
                {
                    leftOut.Add(new LeftOutEntry(tensor.StoredName, $"not listed for {shard} in the index"));
                }
            }
        }

        string[] missing = [.. map.Keys.Where(k => !found.Contains(k)).Order(StringComparer.Ordinal)];
        return missing.Length == 0
            ? new RawWeights(WeightFormat.Sharded, tensors, placeholders, metadata, leftOut, [])
            : throw new WeightFormatException($"the shards lack {Printable.List(missing.Select(m => $"{m} ({map[m]})"))}") { File = index.Name };
    }

    private static RawWeights ReadShard(FormatSource shard)
    {
        FileFormat format = FileFormats.Recognise(shard);
        return format is ReadFormat { LeadsToOthers: true }
            ? throw shard.Error($"an index of shards names this file, which is {format.What} itself")
            : format.Read(shard);
    }
}
