using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// An open weight file: its tensors under timm's names, its metadata, and what was left out. The format is told by content, not by
/// extension. The file stays mapped until <see cref="Dispose"/>; do not truncate or overwrite it meanwhile (replacing it by a rename is
/// safe). Reading is safe from several threads, disposing while reading is not.
/// </summary>
public sealed class WeightFile : IDisposable
{
    private readonly List<FileBytes> _owned;

    private WeightFile(string path, List<FileBytes> owned, RawWeights raw)
    {
        Path = path;
        _owned = owned;
        Format = raw.Format;
        Metadata = raw.Metadata;
        Wrappers = raw.Wrappers;
        Placeholders = [.. raw.Placeholders.Select(p => KeyValuePair.Create(KeyCleaner.Clean(p.Key, out _), p.Value))];
        List<LeftOutEntry> leftOut = [.. raw.LeftOut];
        Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
        SortedSet<string> prefixes = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in raw.Tensors)
        {
            string name = KeyCleaner.Clean(tensor.StoredName, out string removed);
            if (KeyCleaner.IsCounter(name))
            {
                leftOut.Add(new LeftOutEntry(tensor.StoredName, "a counter of training"));
            }
            else if (!tensors.TryAdd(name, tensor.Rename(name)))
            {
                throw new WeightFormatException($"{Printable.Quote(tensor.StoredName)} and {Printable.Quote(tensors[name].StoredName)} both mean {Printable.Quote(name)}")
                {
                    File = path,
                    Hint = "The file holds two sets of weights: save the one that is wanted.",
                };
            }
            else if (removed.Length > 0)
            {
                prefixes.Add(removed);
            }
        }

        (Tensors, LeftOut, Prefixes) = ([.. tensors.Values], leftOut, [.. prefixes]);
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>What kind of file it is.</summary>
    public WeightFormat Format { get; }

    /// <summary>The tensors, in the file's order.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>safetensors' string metadata; empty for checkpoints.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds beside <see cref="Tensors"/>: optimizer state, counters, weights that were not chosen.</summary>
    public IReadOnlyList<LeftOutEntry> LeftOut { get; }

    /// <summary>The keys that led to the tensors, outermost first (<c>state_dict_ema</c>).</summary>
    public IReadOnlyList<string> Wrappers { get; }

    /// <summary>The prefixes removed from names (<c>module.</c>), each once.</summary>
    public IReadOnlyList<string> Prefixes { get; }

    /// <summary>Names that should be weights but would be made by calling something, with its global name.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Placeholders { get; }

    /// <summary>Opens a safetensors file, an index of shards, a PyTorch checkpoint, or a folder that holds one of these under its usual name.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="stateDict">The entry of a checkpoint that holds the weights; null: <c>state_dict_ema</c>, <c>model_ema</c>, <c>state_dict</c>, <c>model</c>, or the whole. An error for files that are no checkpoints.</param>
    /// <exception cref="CudaNetException">It cannot be read; <see cref="WeightFormatException"/> where its content is at fault.</exception>
    public static WeightFile Open(string path, string? stateDict = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Directory.Exists(path) ? ModelFolder.Find(path) : path;
        return Load(file, FileBytes.Map, stateDict);
    }

    /// <summary>Reads a weight file from memory; the bytes are copied. An index of shards is refused, as it has no folder.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="stateDict">As in <see cref="Open"/>.</param>
    /// <exception cref="WeightFormatException">It cannot be read.</exception>
    public static WeightFile Read(ReadOnlySpan<byte> bytes, string name, string? stateDict = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        FileBytes copy = FileBytes.Copy(bytes, name);
        return Load(name, _ => copy, stateDict, inMemory: true);
    }

    /// <summary>Closes the file. Values that are views of it throw from now on; spans taken before must not be used. Idempotent.</summary>
    public void Dispose()
    {
        foreach (FileBytes file in _owned)
        {
            file.Dispose();
        }
    }

    private static WeightFile Load(string path, Func<string, FileBytes> map, string? stateDict, bool inMemory = false)
    {
        List<FileBytes> owned = [];
        try
        {
            return new WeightFile(path, owned, WeightFileReader.Read(path, map, owned, stateDict, inMemory));
        }
        catch
        {
            owned.ForEach(f => f.Dispose());
            throw;
        }
    }
}
