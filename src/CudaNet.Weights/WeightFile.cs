using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// An open weight file: its tensors, a ResNet's under timm's names, its metadata, and what was left out. The format is told by content, not by
/// extension. The file stays mapped until <see cref="Dispose"/>; do not truncate or overwrite it meanwhile (replacing it by a rename is
/// safe); nor write to bytes that it was opened from. Reading is safe from several threads, disposing while reading is not.
/// </summary>
public sealed class WeightFile : IDisposable
{
    private readonly List<FileBytes> _owned;

    /// <param name="path">What it was opened by.</param>
    /// <param name="owned">The open files, which it closes.</param>
    /// <param name="raw">What a format's reader found.</param>
    /// <param name="prefix">As in <see cref="ModelFileOptions.Prefix"/>.</param>
    internal WeightFile(string path, List<FileBytes> owned, RawWeights raw, string? prefix = null)
    {
        Path = path;
        _owned = owned;
        Format = raw.Format;
        Network = raw.Network;
        Evidence = raw.Evidence;
        Metadata = raw.Metadata;
        IsMetadataForeign = raw.IsMetadataForeign;
        Wrappers = raw.Wrappers;
        Placeholders = raw.Placeholders;
        if (Network is not null && !string.IsNullOrEmpty(prefix))
        {
            throw new CudaNetException($"the file describes its network itself: there is no other one under {Printable.Quote(prefix)}") { File = path, Hint = "Leave the prefix out." };
        }

        if (raw.Metadata.ContainsKey(MetadataKeys.MeanImage) && raw.Tensors.FirstOrDefault(t => t.StoredName == MetadataKeys.MeanImageTensor) is { } image)
        {
            MeanImage = image;
            raw = raw with { Tensors = [.. raw.Tensors.Where(t => t != image)] };
        }

        (IReadOnlyList<WeightTensor> tensors, LeftOutEntry[] outside) = Under(raw.Tensors, prefix);
        Tensors = tensors;
        LeftOut = [.. raw.LeftOut, .. outside];
        Notes = raw.Notes;
        Prefixes = [];
        if (Network is not null)
        {
            return;
        }

        if (!NetworkNames.MayHoldNetwork(tensors.Select(t => StoredName.Of(t.Name))))
        {
            NoNetwork = ArchitectureInference.NotResNet(tensors.Select(t => t.StoredName));
            return;
        }

        try
        {
            Dictionary<string, WeightTensor> byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
            Found = NetworkFinder.Find([.. tensors.Select(t => new NamedShape(StoredName.Of(t.Name), t.Shape))], path, (a, b) => byName[a].HasSameValues(byName[b]));
            Tensors = [.. Found.Tensors.Select(t => byName[t.Value.Name.Stored].Rename(t.Key))];
            LeftOut = [.. raw.LeftOut, .. outside, .. Found.LeftOut];
            Notes = [.. raw.Notes, .. Found.Notes];
            HashSet<string> used = [.. Found.Tensors.Select(t => byName[t.Value.Name.Stored].StoredName)];
            LeftOver = [.. raw.Tensors.Select(t => t.StoredName).Where(n => !used.Contains(n))];
            Prefixes = [.. Found.Tensors.Select(t => t.Value.Name.RemovedFor(Found.Root)).Prepend(prefix ?? "").Where(p => p.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        }
        catch (CudaNetException exception)
        {
            NoNetwork = exception;
        }
    }

    /// <summary>The path it was opened by; without one, the name that was given.</summary>
    public string Path { get; }

    /// <summary>What kind of file it is.</summary>
    public WeightFormat Format { get; }

    /// <summary>The tensors of the ResNet, the head's last, under timm's names; of a file without one all of them, in the file's order.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>safetensors' string metadata; empty for checkpoints.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds beside <see cref="Tensors"/>: optimizer state, counters, weights that were not chosen.</summary>
    public IReadOnlyList<LeftOutEntry> LeftOut { get; }

    /// <summary>The keys that led to the tensors, outermost first (<c>state_dict_ema</c>).</summary>
    public IReadOnlyList<string> Wrappers { get; }

    /// <summary>The prefixes removed from names (<c>module.</c>), each once.</summary>
    public IReadOnlyList<string> Prefixes { get; }

    /// <summary>True where another program wrote <see cref="Metadata"/>: under the keys of a converted file it may say something else.</summary>
    internal bool IsMetadataForeign { get; }

    /// <summary>The mean image of the metadata's preprocessing, which is no weight; null where the metadata speaks of none.</summary>
    internal WeightTensor? MeanImage { get; }

    /// <summary>Sentences on what was chosen and assumed.</summary>
    internal IReadOnlyList<string> Notes { get; }

    /// <summary>The ResNet that the tensors are; null where they are none.</summary>
    internal FoundNetwork? Found { get; }

    /// <summary>The names of tensors that were in the chosen set and are no part of the network.</summary>
    internal IReadOnlyList<string> LeftOver { get; } = [];

    /// <summary>Why the tensors are no ResNet; null where they are one.</summary>
    internal CudaNetException? NoNetwork { get; }

    /// <summary>The folder that it lies in, or is; null where it was opened from a stream or bytes.</summary>
    internal string? Folder { get; init; }

    /// <summary>As <see cref="RawWeights.Network"/>.</summary>
    internal RawNetwork? Network { get; }

    /// <summary>As <see cref="RawWeights.Evidence"/>.</summary>
    internal INetworkEvidence? Evidence { get; }

    /// <summary>Names that should be weights but would be made by calling something, with its global name.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Placeholders { get; }

    /// <summary>Opens a file, or a folder, of any kind that <see cref="WeightFormats"/> calls read.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="stateDict">The entry of a checkpoint that holds the weights, a path where entries nest; null: as <see cref="ModelFileOptions.StateDict"/> says. An error for files that are no checkpoints.</param>
    /// <exception cref="CudaNetException">It cannot be read; <see cref="WeightFormatException"/> where its content is at fault.</exception>
    public static WeightFile Open(string path, string? stateDict = null) => Open(path, new ModelFileOptions { StateDict = stateDict });

    /// <summary>
    /// Opens what a stream has from its position to its end: a copy in memory, after which the stream is not needed. It need not be seekable, and is
    /// not closed. An index of shards is refused, as it has no folder.
    /// </summary>
    /// <param name="stream">The whole file.</param>
    /// <param name="stateDict">As in <see cref="Open(string, string?)"/>.</param>
    /// <param name="name">What errors call it; null means <c>(stream)</c>.</param>
    /// <param name="maxBytes">As <see cref="ModelFileOptions.MaxStreamBytes"/>.</param>
    /// <exception cref="CudaNetException">As <see cref="Open(string, string?)"/>, or there are more than <paramref name="maxBytes"/> bytes.</exception>
    public static WeightFile Open(Stream stream, string? stateDict = null, string? name = null, long maxBytes = ModelFileOptions.DefaultMaxStreamBytes) =>
        Open(stream, name, new ModelFileOptions { StateDict = stateDict, MaxStreamBytes = maxBytes });

    /// <summary>
    /// Opens a file in memory, at any address. The bytes are not copied: they must stay as they are until <see cref="Dispose"/>. An index of shards is
    /// refused, as it has no folder.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="stateDict">As in <see cref="Open(string, string?)"/>.</param>
    /// <param name="name">What errors call it; null means <c>(bytes)</c>.</param>
    /// <exception cref="CudaNetException">As <see cref="Open(string, string?)"/>.</exception>
    public static WeightFile Open(ReadOnlyMemory<byte> bytes, string? stateDict = null, string? name = null) =>
        Open(bytes, name, new ModelFileOptions { StateDict = stateDict });

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
    internal static WeightFile Open(FileStream stream, string name) => Load(FileBytes.Map(stream, name), new ModelFileOptions());

    /// <summary>Closes the file. Values that are views of it throw from now on; spans taken before must not be used. Idempotent.</summary>
    public void Dispose()
    {
        foreach (FileBytes file in _owned)
        {
            file.Dispose();
        }
    }

    /// <summary>As <see cref="Open(string, string?)"/>, with all that the options say of the weights.</summary>
    internal static WeightFile Open(string path, ModelFileOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(opened => FormatSource.At(path, options.StateDict, opened), options);
    }

    /// <summary>As <see cref="Open(string, ModelFileOptions)"/>, of a stream.</summary>
    internal static WeightFile Open(Stream stream, string? name, ModelFileOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(FileBytes.Copy(stream, name ?? "(stream)", options.MaxStreamBytes), options);
    }

    /// <summary>As <see cref="Open(string, ModelFileOptions)"/>, of bytes.</summary>
    internal static WeightFile Open(ReadOnlyMemory<byte> bytes, string? name, ModelFileOptions options) => Load(new FileBytes(name ?? "(bytes)", bytes), options);

    private static WeightFile Load(FileBytes whole, ModelFileOptions options) => Load(opened => FormatSource.Of(whole, options.StateDict, opened), options);

    private static WeightFile Load(Func<List<FileBytes>, FormatSource> open, ModelFileOptions options)
    {
        List<FileBytes> opened = [];
        try
        {
            FormatSource source = open(opened);
            RawWeights raw = FileFormats.ReadAny(source);
            return new WeightFile(raw.File!, opened, raw, options.Prefix) { Folder = source.Folder };
        }
        catch
        {
            opened.ForEach(f => f.Dispose());
            throw;
        }
    }

    /// <summary>The tensors under a prefix, as it is in the file or without wrappers' parts, without it, and what lies outside.</summary>
    private static (IReadOnlyList<WeightTensor> Tensors, LeftOutEntry[] Outside) Under(IReadOnlyList<WeightTensor> tensors, string? prefix)
    {
        if (prefix is null or "")
        {
            return (tensors, []);
        }

        string start = prefix.EndsWith('.') ? prefix : prefix + ".";
        Func<string, string>[] spellings = [stored => stored, stored => StoredName.Of(stored).Reduced];
        if (Array.Find(spellings, spelling => tensors.Any(t => spelling(t.StoredName).StartsWith(start, StringComparison.Ordinal))) is not { } spelling)
        {
            throw new CudaNetException($"no tensor's name starts with {Printable.Quote(start)}; names are {Printable.List(tensors.Select(t => t.StoredName))}");
        }

        ILookup<bool, WeightTensor> parts = tensors.ToLookup(t => spelling(t.StoredName).StartsWith(start, StringComparison.Ordinal));
        return ([.. parts[true].Select(t => t.Rename(spelling(t.StoredName)[start.Length..]))], [.. parts[false].Select(t => new LeftOutEntry(t.StoredName, $"not under {start}"))]);
    }
}
