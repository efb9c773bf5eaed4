using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// What was found out about layers on a device: for a backend's life, and beyond it where there is a file. All but <see cref="Notes"/> under
/// <see cref="CudaRuntime.Loading"/>.
/// </summary>
internal sealed class ChoiceCache(CudaOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<CacheKey, Section> _sections = [];
    private readonly List<string> _notes = [];
    private List<CacheSection>? _file;

    /// <summary>What became of the file where it could not be used or written, a sentence each. Any thread.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return [.. _notes];
            }
        }
    }

    /// <summary>Of cuDNN's convolutions.</summary>
    public Section Convolutions(CudaRuntime runtime) => Of(runtime, $"cuDNN {runtime.Context.Libraries.CudnnVersion}");

    /// <summary>Of cuBLAS's products.</summary>
    /// <param name="runtime">Where.</param>
    /// <param name="version">As cuBLAS answers it.</param>
    public Section Products(CudaRuntime runtime, int version) => Of(runtime, $"cuBLAS {version}");

    /// <summary>Writes what is new to the file.</summary>
    public void Save()
    {
        Section[] changed = [.. _sections.Values.Where(s => s.HasChanged)];
        if (options.CacheFile is not { } path || changed.Length == 0)
        {
            return;
        }

        if (CacheFile.Write(path, changed.Select(s => s.Content)) is { } whyNot)
        {
            Note($"{Printable.Quote(path)} cannot be written: {whyNot}");
        }
        else
        {
            Array.ForEach(changed, s => s.HasChanged = false);
        }
    }

    private Section Of(CudaRuntime runtime, string library)
    {
        CacheKey key = CacheKey.Of(runtime.Context.Device, library, options);
        if (!_sections.TryGetValue(key, out Section? section))
        {
            CacheSection content = new(key, [], []);
            if (Sections().Find(s => s.Key == key) is { } known)
            {
                content.Take(known);
            }
            else if (Sections().Exists(s => s.Key.Precision == key.Precision && s.Key.Library.Split(' ')[0] == key.Library.Split(' ')[0]))
            {
                Note($"{Printable.Quote(options.CacheFile!)} is of another device, driver, library or limit, and not used: this is {key.Device}, CUDA {key.Driver}, {key.Library}");
            }

            section = new Section(content);
            _sections.Add(key, section);
        }

        return section;
    }

    private List<CacheSection> Sections()
    {
        if (_file is null)
        {
            string? whyNot = null;
            _file = options.CacheFile is { } path ? CacheFile.Read(path, out whyNot) : [];
            if (whyNot is not null)
            {
                Note($"{Printable.Quote(options.CacheFile!)} is not used: {whyNot}");
            }
        }

        return _file;
    }

    private void Note(string sentence)
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (!_notes.Contains(sentence))
            {
                _notes.Add(sentence);
            }
        }
    }

    /// <summary>What is known of this device, one library and this precision.</summary>
    internal sealed class Section(CacheSection content)
    {
        public CacheSection Content => content;

        /// <summary>Whether it has what the file has not.</summary>
        public bool HasChanged { get; set; }

        /// <summary>The images of a call that hold for a layer in a batch; null where that was not tried.</summary>
        public int? Chunk(string layer, int batch) => content.Chunks.TryGetValue(layer, out Dictionary<int, int>? batches) && batches.TryGetValue(batch, out int images) ? images : null;

        public void KeepChunk(string layer, int batch, int images)
        {
            if (Chunk(layer, batch) != images)
            {
                if (!content.Chunks.TryGetValue(layer, out Dictionary<int, int>? batches))
                {
                    content.Chunks.Add(layer, batches = []);
                }

                batches[batch] = images;
                HasChanged = true;
            }
        }

        /// <summary>How a layer is computed, in words; null where that was not measured.</summary>
        public string? Choice(string layer) => content.Choices.GetValueOrDefault(layer);

        public void KeepChoice(string layer, string choice)
        {
            content.Choices[layer] = choice;
            HasChanged = true;
        }
    }
}
