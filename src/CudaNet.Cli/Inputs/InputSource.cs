using CudaNet.Data;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>The images and tensors of a command line, in order, as batches of one shape each. Only one batch, or one tensor file, is in memory.</summary>
internal sealed class InputSource
{
    private readonly List<Group> _groups = [];
    private readonly List<string> _names = [];
    private readonly Preprocessor? _preprocessor;
    private readonly LayerGraph _graph;
    private readonly int _batch;

    private readonly List<SkippedInput> _skipped = [];
    private readonly CliContext _context;

    /// <param name="paths">Files and folders.</param>
    /// <param name="batch">Images a batch, at most.</param>
    /// <param name="graph">The model that will run them.</param>
    /// <param name="preprocessor">Makes the rule for images; not called where all inputs are tensors.</param>
    /// <param name="skipUnreadable">Passes over what cannot be read; for that every image is decoded once before anything runs.</param>
    /// <param name="context">Is told what was passed over.</param>
    public InputSource(IReadOnlyList<string> paths, int batch, LayerGraph graph, Func<Preprocessor> preprocessor, bool skipUnreadable, CliContext context)
    {
        _batch = batch;
        _graph = graph;
        _context = context;
        InputFiles inputs = InputFiles.Expand(skipUnreadable ? Existing(paths) : paths);
        if (inputs.IgnoredCount > 0)
        {
            context.Note($"passed over {Format.Plural(inputs.IgnoredCount, "file")} in folders: hidden, or no image by extension");
        }

        Paths = [.. inputs.Files.Select(f => f.Path)];
        foreach (InputFile file in inputs.Files)
        {
            if (!file.IsTensor)
            {
                _preprocessor ??= preprocessor();
            }

            if (skipUnreadable)
            {
                TryAdd(file);
            }
            else
            {
                Add(file);
            }
        }

        if (_skipped.Count > 0)
        {
            int all = inputs.Files.Count + paths.Count(p => !Path.Exists(p));
            context.Note($"passed over {_skipped.Count} of {Format.Plural(all, "input")}: unreadable");
            if (_groups.Count == 0)
            {
                throw new CudaNetException($"no input can be read: {Format.Plural(all, "input")} passed over");
            }
        }

        foreach (Group group in _groups)
        {
            CheckSize(group.Shape.WithBatch(Math.Min(group.Count, batch)));
        }
    }

    /// <summary>A name an image: its file's, with <c>[3]</c> behind it where a tensor file holds several.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Every file that was given or found in a folder.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>What was passed over as unreadable.</summary>
    public IReadOnlyList<SkippedInput> Skipped => _skipped;

    /// <summary>The rule images went through; null where all inputs are tensors.</summary>
    public Preprocessing? Preprocessing => _preprocessor?.Preprocessing;

    /// <summary>The shapes of single images, 1×C×H×W, each once.</summary>
    public IEnumerable<TensorShape> Shapes => _groups.Select(g => g.Shape).Distinct();

    /// <summary>Decodes and preprocesses as it goes.</summary>
    public IEnumerable<InputBatch> Batches(CancellationToken cancellation)
    {
        int start = 0;
        foreach (Group group in _groups)
        {
            Tensor? whole = group.Loaded ?? (group.IsTensor ? ReadTensor(group.Paths[0]) : null);
            for (int first = 0; first < group.Count; first += _batch)
            {
                cancellation.ThrowIfCancellationRequested();
                int count = Math.Min(_batch, group.Count - first);
                yield return new InputBatch(start + first, whole is null ? Load(group.Paths.GetRange(first, count)) : Slice(whole, first, count));
            }

            start += group.Count;
        }
    }

    private Tensor Load(List<string> paths)
    {
        try
        {
            return _preprocessor!.Load(paths);
        }
        catch (CudaNetException) when (_names.Count > 1)
        {
            _context.Note("--skip-unreadable passes over inputs that cannot be read");
            throw;
        }
    }

    private static Tensor Slice(Tensor tensor, int first, int count)
    {
        int length = tensor.Memory.Length / tensor.Shape.Batch;
        return new Tensor(tensor.Shape.WithBatch(count), tensor.Memory.Slice(first * length, count * length));
    }

    private static void CheckSize(TensorShape batch)
    {
        if (batch.ElementCount > Array.MaxLength)
        {
            throw new UsageException($"a batch of {batch} has more values than one tensor can hold: take a smaller --batch or --size");
        }
    }

    private string[] Existing(IReadOnlyList<string> paths)
    {
        foreach (string missing in paths.Where(p => !Path.Exists(p)))
        {
            Skip(missing, "there is no such file or folder");
        }

        string[] existing = [.. paths.Where(Path.Exists)];
        return existing.Length > 0 ? existing : throw new CudaNetException($"no input can be read: {Format.Plural(paths.Count, "input")} passed over");
    }

    private void TryAdd(InputFile file)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        try
        {
            if (!file.IsTensor && !PipeInput.IsPipe(file.Path))
            {
                _preprocessor!.Load(file.Path);
            }

            Add(file);
        }
        catch (CudaNetException exception)
        {
            string prefix = $"{file.Path}: ";
            Skip(file.Name, exception.Message.StartsWith(prefix, StringComparison.Ordinal) ? exception.Message[prefix.Length..] : exception.Message);
        }
    }

    private void Skip(string name, string reason)
    {
        _skipped.Add(new SkippedInput(name, reason));
        _context.Note($"passed over {name}: {reason}");
    }

    private void Add(InputFile file)
    {
        if (file.IsTensor)
        {
            AddTensor(file);
        }
        else if (PipeInput.IsPipe(file.Path))
        {
            AddPipe(file);
        }
        else
        {
            AddImage(file);
        }
    }

    private void AddTensor(InputFile file)
    {
        TensorShape shape = NpyReader.ReadShape(file.Path);
        InputShape.Check(_graph, shape, file.Path);
        _groups.Add(new Group(shape.WithBatch(1), shape.Batch, true, [file.Path]));
        _names.AddRange(shape.Batch == 1 ? [file.Name] : Enumerable.Range(0, shape.Batch).Select(i => $"{file.Name}[{i}]"));
    }

    /// <summary>A pipe can be read but once: its image is kept.</summary>
    private void AddPipe(InputFile file)
    {
        Tensor image = PipeInput.Read(file.Path, pipe => _preprocessor!.Load(pipe, file.Path));
        _groups.Add(new Group(image.Shape, 1, false, [file.Path], image));
        _names.Add(file.Name);
    }

    private Tensor ReadTensor(string path)
    {
        Tensor tensor = NpyReader.Read(path);
        if (InputValues.Note(tensor) is { } note)
        {
            _context.Note($"{path}: {note}");
        }

        return tensor;
    }

    private void AddImage(InputFile file)
    {
        if (_groups.Count == 0 || _groups[^1].IsTensor || _groups[^1].Loaded is not null)
        {
            _groups.Add(new Group(_preprocessor!.ImageShape, 0, false, []));
        }

        _groups[^1].Paths.Add(file.Path);
        _groups[^1] = _groups[^1] with { Count = _groups[^1].Paths.Count };
        _names.Add(file.Name);
    }

    /// <summary>Neighbours of one shape: a tensor file, a run of images, or one image that is loaded already.</summary>
    private sealed record Group(TensorShape Shape, int Count, bool IsTensor, List<string> Paths, Tensor? Loaded = null);
}
