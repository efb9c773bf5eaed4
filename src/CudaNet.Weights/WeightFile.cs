using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// An open weight file: its tensors under timm's names, its metadata, and what was left out. The format is told by content, not by
/// extension. The file stays mapped until <see cref="Dispose"/>; do not truncate or overwrite it meanwhile (replacing it by a rename is
/// safe); nor write to bytes that it was opened from. Reading is safe from several threads, disposing while reading is not.
/// </summary>
public sealed class WeightFile : IDisposable
{
    private readonly List<FileBytes> _owned;

    /// <param name="path">What it was opened by.</param>
    /// <param name="owned">The open files, which it closes.</param>
    /// <param name="raw">What a format's reader found.</param>
    internal WeightFile(string path, List<FileBytes> owned, RawWeights raw)
    {
        Path = path;
        _owned = owned;
        Format = raw.Format;
        Network = raw.Network;
        Evidence = raw.Evidence;
        Metadata = raw.Metadata;
        Wrappers = raw.Wrappers;
        Placeholders = [.. raw.Placeholders.Select(p => KeyValuePair.Create(KeyCleaner.Clean(p.Key, out _), p.Value))];
        List<LeftOutEntry> leftOut = [.. raw.LeftOut];
        Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
        SortedSet<string> prefixes = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in raw.Tensors)
        {
            string removed = "";
            string name = Network is null ? KeyCleaner.Clean(tensor.StoredName, out removed) : tensor.StoredName;
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

    /// <summary>The path it was opened by; without one, the name that was given.</summary>
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

    /// <summary>As <see cref="RawWeights.Network"/>.</summary>
    internal RawNetwork? Network { get; }

    /// <summary>As <see cref="RawWeights.Evidence"/>.</summary>
    internal INetworkEvidence? Evidence { get; }

    /// <summary>Names that should be weights but would be made by calling something, with its global name.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Placeholders { get; }

    /// <summary>Opens a file, or a folder, of any kind that <see cref="WeightFormats"/> calls read.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="stateDict">The entry of a checkpoint that holds the weights; null: <c>state_dict_ema</c>, <c>model_ema</c>, <c>state_dict</c>, <c>model</c>, or the whole. An error for files that are no checkpoints.</param>
    /// <exception cref="CudaNetException">It cannot be read; <see cref="WeightFormatException"/> where its content is at fault.</exception>
    public static WeightFile Open(string path, string? stateDict = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(opened => FormatSource.At(path, stateDict, opened));
    }

    /// <summary>
    /// Opens what a stream has from its position to its end: a copy in memory, after which the stream is not needed. It need not be seekable, and is
    /// not closed. An index of shards is refused, as it has no folder.
    /// </summary>
    /// <param name="stream">The whole file.</param>
    /// <param name="stateDict">As in <see cref="Open(string, string?)"/>.</param>
    /// <param name="name">What errors call it; null means <c>(stream)</c>.</param>
    /// <param name="maxBytes">As <see cref="ModelFileOptions.MaxStreamBytes"/>.</param>
    /// <exception cref="CudaNetException">As <see cref="Open(string, string?)"/>, or there are more than <paramref name="maxBytes"/> bytes.</exception>
    public static WeightFile Open(Stream stream, string? stateDict = null, string? name = null, long maxBytes = ModelFileOptions.DefaultMaxStreamBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(FileBytes.Copy(stream, name ?? "(stream)", maxBytes), stateDict);
    }

    /// <summary>
    /// Opens a file in memory, at any address. The bytes are not copied: they must stay as they are until <see cref="Dispose"/>. An index of shards is
    /// refused, as it has no folder.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="stateDict">As in <see cref="Open(string, string?)"/>.</param>
    /// <param name="name">What errors call it; null means <c>(bytes)</c>.</param>
    /// <exception cref="CudaNetException">As <see cref="Open(string, string?)"/>.</exception>
    public static WeightFile Open(ReadOnlyMemory<byte> bytes, string? stateDict = null, string? name = null) => Load(new FileBytes(name ?? "(bytes)", bytes), stateDict);

    /// <summary>As <see cref="Open(ReadOnlyMemory{byte}, string?, string?)"/>, but the bytes are copied and not needed afterwards.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="stateDict">As in <see cref="Open(string, string?)"/>.</param>
    /// <exception cref="WeightFormatException">It cannot be read.</exception>
    public static WeightFile Read(ReadOnlySpan<byte> bytes, string name, string? stateDict = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Open(bytes.ToArray(), stateDict, name);
    }

    /// <summary>Opens one file by a stream of it, which is not needed afterwards. Errors call it <paramref name="name"/>.</summary>
    internal static WeightFile Open(FileStream stream, string name) => Load(FileBytes.Map(stream, name), stateDict: null);

    /// <summary>Closes the file. Values that are views of it throw from now on; spans taken before must not be used. Idempotent.</summary>
    public void Dispose()
    {
        foreach (FileBytes file in _owned)
        {
            file.Dispose();
        }
    }

    private static WeightFile Load(FileBytes whole, string? stateDict) => Load(opened => FormatSource.Of(whole, stateDict, opened));

    private static WeightFile Load(Func<List<FileBytes>, FormatSource> open)
    {
        List<FileBytes> opened = [];
        try
        {
            RawWeights raw = FileFormats.ReadAny(open(opened));
            return new WeightFile(raw.File!, opened, raw);
        }
        catch
        {
            opened.ForEach(f => f.Dispose());
            throw;
        }
    }
}
