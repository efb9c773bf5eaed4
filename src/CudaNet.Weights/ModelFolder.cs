using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Finds the weight file of a folder as model hubs lay them out, and all files that a path stands for.</summary>
internal static class ModelFolder
{
    private static readonly string[] Patterns = ["*.safetensors.index.json", "model.safetensors", "*.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin"];

    /// <summary>
    /// Every file that opening a path may read: the file, the shards that an index names, and what a folder has beside its weights as JSON.
    /// </summary>
    /// <exception cref="CudaNetException">There is none, or an index cannot be read.</exception>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        bool isFolder = Directory.Exists(path);
        string file = isFolder ? Find(path) : path;
        List<string> files = [file, .. isFolder ? Directory.GetFiles(path, "*.json") : []];
        using FileBytes bytes = FileBytes.Map(file);
        if (FormatSniffer.Sniff(bytes) == WeightFormat.Sharded)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            files.AddRange(ShardIndex.Parse(bytes).Values.Distinct().Select(shard => Path.Combine(folder, shard)));
        }

        return files;
    }

    /// <exception cref="CudaNetException">There is none, or more than one.</exception>
    public static string Find(string folder)
    {
        try
        {
            foreach (string pattern in Patterns)
            {
                string[] found = Directory.GetFiles(folder, pattern);
                if (found.Length > 0)
                {
                    return found.Length == 1
                        ? found[0]
                        : throw new CudaNetException($"the folder has {Printable.List(found.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal))}") { File = folder, Hint = "Name the one to open." };
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CudaNetException($"the folder cannot be read: {exception.Message}", exception) { File = folder };
        }

        throw new CudaNetException("the folder has no weight file under a usual name") { File = folder, Hint = $"Usual are {string.Join(", ", Patterns)}; or name the file." };
    }
}
