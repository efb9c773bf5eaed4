using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Finds the weight file of a folder as model hubs lay them out, under the names that the table's rows call usual; and all files that a path stands for.</summary>
internal static class FolderReader
{
    /// <summary>The names, those of the first row first.</summary>
    public static IEnumerable<string> UsualNames => FileFormats.Read.SelectMany(f => f.UsualNames);

    /// <summary>True for a folder with a file under a usual name, and for one that cannot be looked into: reading it says so.</summary>
    public static bool HasWeights(FormatSource source) => source.IsFolder && UsualNames.Any(n => Has(source, n));

    /// <summary>True for a folder with a file whose name fits, and for one that cannot be looked into.</summary>
    public static bool Has(FormatSource folder, string pattern)
    {
        try
        {
            return Directory.EnumerateFiles(folder.Name, pattern).Any();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>
    /// Every file that opening a path may read: the file, the shards that an index names, the files in which an ONNX model has its weights, the configuration beside it, and what a folder has as JSON.
    /// </summary>
    /// <exception cref="CudaNetException">There is none, or an index cannot be read.</exception>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        List<FileBytes> opened = [];
        try
        {
            FormatSource source = FormatSource.At(path, null, opened);
            List<string> files = source.IsFolder ? [.. Directory.GetFiles(path, "*.json")] : [.. FolderConfiguration.FilesIn(source.Folder!)];
            FormatSource file = source.IsFolder ? source.OpenBeside(Find(path), null) : source;
            files.Add(file.Name);
            FileFormat format = FileFormats.Recognise(file);
            if (format is ReadFormat { Format: WeightFormat.Onnx })
            {
                files.AddRange(OnnxReader.FilesOf(file));
            }
            else if (format is ReadFormat { LeadsToOthers: true })
            {
                string folder = Path.GetDirectoryName(Path.GetFullPath(file.Name))!;
                files.AddRange(ShardIndex.Parse(file.Bytes).Values.Distinct().Select(shard => Path.Combine(folder, shard)));
            }

            return files;
        }
        finally
        {
            opened.ForEach(f => f.Dispose());
        }
    }

    /// <exception cref="CudaNetException">There is none, or more than one.</exception>
    public static RawWeights Read(FormatSource folder) => FileFormats.ReadAny(folder.OpenBeside(Find(folder.Name), folder.StateDict));

    private static CudaNetException Several(string folder, string[] found) => Array.TrueForAll(found, f => ShardNames.Parse(f) is not null)
        ? new CudaNetException($"the folder has parts of one set of weights ({Printable.List(found.Order(StringComparer.Ordinal))}), but the index that names them (*.index.json) is missing")
        {
            File = folder,
            Hint = "Put the index beside them; one part alone is no model.",
        }
        : new CudaNetException($"the folder has {Printable.List(found.Order(StringComparer.Ordinal))}") { File = folder, Hint = "Name the one to open." };

    private static string Find(string folder)
    {
        try
        {
            foreach (string pattern in UsualNames)
            {
                string[] found = [.. Directory.GetFiles(folder, pattern).Select(f => Path.GetFileName(f))];
                if (found.Length > 0)
                {
                    return found.Length == 1 ? found[0] : throw Several(folder, found);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CudaNetException($"the folder cannot be read: {exception.Message}", exception) { File = folder };
        }

        throw new CudaNetException("the folder has no weight file under a usual name") { File = folder, Hint = $"Usual are {string.Join(", ", UsualNames)}; or name the file." };
    }
}
