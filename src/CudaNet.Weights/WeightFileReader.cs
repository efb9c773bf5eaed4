using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Hands a file's bytes, wherever they are, to the reader of their format.</summary>
internal static class WeightFileReader
{
    /// <param name="file">The file; an index's path is its name.</param>
    /// <param name="open">Opens the shards beside an index by their paths; null where there is no folder around the file.</param>
    /// <param name="owned">Takes every shard that was opened.</param>
    /// <param name="stateDict">The entry of a checkpoint that holds the weights, where the caller chose one; refused where there is no choice.</param>
    public static RawWeights Read(FileBytes file, Func<string, FileBytes>? open, List<FileBytes> owned, string? stateDict)
    {
        WeightFormat format = FormatSniffer.Sniff(file);
        if (stateDict is not null && format is WeightFormat.Safetensors or WeightFormat.Sharded)
        {
            throw new CudaNetException($"there is one set of weights, and no entry {Printable.Quote(stateDict)} to choose") { File = file.Name, Hint = "Only PyTorch's checkpoints have several: leave the name out." };
        }

        if (format == WeightFormat.Sharded)
        {
            return open is not null
                ? ShardedReader.Read(file, file.Name, shard => ReadOne(shard, open, owned))
                : throw new WeightFormatException($"an index of {ShardIndex.Parse(file).Count} tensors names other files, and there is no folder to find them in")
                {
                    File = file.Name,
                    Hint = "Open it by its path, or make one file of it with `cudanet convert`.",
                };
        }

        return ReadOne(file, format, stateDict);
    }

    private static RawWeights ReadOne(string path, Func<string, FileBytes> open, List<FileBytes> owned)
    {
        FileBytes file = open(path);
        owned.Add(file);
        WeightFormat format = FormatSniffer.Sniff(file);
        return format == WeightFormat.Sharded
            ? throw new WeightFormatException("an index of shards names this file, which is an index or JSON itself") { File = path }
            : ReadOne(file, format, stateDict: null);
    }

    private static RawWeights ReadOne(FileBytes file, WeightFormat format, string? stateDict)
    {
        RawWeights raw = format switch
        {
            WeightFormat.Safetensors => SafetensorsReader.Read(file),
            WeightFormat.TorchStream => TorchStreamReader.Read(file, stateDict),
            _ => TorchZipReader.Read(file, stateDict),
        };
        new ReadBudget(file).Take(raw.Tensors);
        return raw;
    }
}
