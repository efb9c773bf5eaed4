using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads the shards that an index names, and merges them.</summary>
internal static class ShardedReader
{
    /// <param name="index">The index file.</param>
    /// <param name="path">Its path; the shards lie beside it.</param>
    /// <param name="open">Opens one shard; whoever passes this owns what it opens.</param>
    public static RawWeights Read(FileBytes index, string path, Func<string, RawWeights> open)
    {
        IReadOnlyDictionary<string, string> map = ShardIndex.Parse(index);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        List<WeightTensor> tensors = [];
        List<KeyValuePair<string, string>> placeholders = [];
        List<LeftOutEntry> leftOut = [];
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (string shard in map.Values.Distinct().Order(StringComparer.Ordinal))
        {
            RawWeights part = open(Path.Combine(folder, shard));
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
            : throw new WeightFormatException($"the shards lack {Printable.List(missing.Select(m => $"{m} ({map[m]})"))}") { File = path };
    }
}
