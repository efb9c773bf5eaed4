using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Opens a file's bytes and hands them to the reader of its format.</summary>
internal static class WeightFileReader
{
    /// <param name="path">The file.</param>
    /// <param name="map">Opens bytes by path.</param>
    /// <param name="owned">Takes everything that was opened.</param>
    /// <param name="stateDict">The entry of a checkpoint that holds the weights, where the caller chose one; refused where there is no choice.</param>
    /// <param name="inMemory">True where there is no folder around the file.</param>
    public static RawWeights Read(string path, Func<string, FileBytes> map, List<FileBytes> owned, string? stateDict, bool inMemory)
    {
        FileBytes file = map(path);
        owned.Add(file);
        WeightFormat format = file.Length == 0 ? throw new WeightFormatException("the file is empty") { File = path } : FormatSniffer.Sniff(file);
        if (stateDict is not null && format is WeightFormat.Safetensors or WeightFormat.Sharded)
        {
            throw new CudaNetException($"there is one set of weights, and no entry {Printable.Quote(stateDict)} to choose") { File = path, Hint = "Only PyTorch's checkpoints have several: leave the name out." };
        }

        if (format == WeightFormat.Sharded)
        {
            return inMemory
                ? throw new WeightFormatException($"an index of {ShardIndex.Parse(file).Count} tensors needs its shards beside it") { File = path, Hint = "Open it by its path." }
                : ShardedReader.Read(file, path, shard => ReadOne(shard, map, owned));
        }

        return ReadOne(file, format, stateDict);
    }

    private static RawWeights ReadOne(string path, Func<string, FileBytes> map, List<FileBytes> owned)
    {
        FileBytes file = map(path);
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
