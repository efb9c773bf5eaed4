using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Writes any readable weight file as plain safetensors under timm's names, which PyTorch and timm load too. fp32, fp16 and bf16 keep their
/// type and bits, every other type becomes fp32.
/// </summary>
public static class ModelConverter
{
    private const int MostFaults = 5;
    private const string AsAsked = "as asked for";

    /// <summary>
    /// Converts. The file is written under a temporary name beside the destination, read back and compared bit by bit, and only then
    /// renamed: a failure leaves what was there before.
    /// </summary>
    /// <param name="source">A weight file or folder, as <see cref="WeightFile.Open(string, string?)"/> takes it.</param>
    /// <param name="destination">The file to write or replace; none of the source's, under whatever name.</param>
    /// <param name="options">What it says beside the weights.</param>
    /// <param name="cancellation">Looked at before each tensor that is written, compared or looked through, and last before the file gets its name.</param>
    /// <exception cref="OperationCanceledException">It was cancelled: what was there before is left.</exception>
    /// <exception cref="CudaNetException">The source is no model, the labels or the preprocessing do not fit it, or the destination is one of its files or cannot be written.</exception>
    public static ConversionSummary Convert(string source, string destination, ConversionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        options ??= new ConversionOptions();
        OutputPath.RefuseInputs(destination, FolderReader.FilesOf(source));
        using WeightFile file = WeightFile.Open(source, options.Source);
        return Convert(file, destination, options, cancellation);
    }

    internal static ConversionSummary Convert(WeightFile file, string destination, ConversionOptions options, CancellationToken cancellation = default)
    {
        ModelDescription description = ModelDescription.Of(file, options.Source);
        ResNetConfig network = description.Metadata.ResNet ?? throw new CudaNetException($"a {Printable.Text(description.Metadata.Architecture)} cannot be converted: safetensors keep names and shapes, which tell a ResNet and no other network")
        {
            File = file.Path,
            Hint = "Use the file as it is.",
        };
        CheckChannels(options.Preprocessing, network.InputChannels, file.Path);
        ModelMetadata metadata = Metadata(description, network, options, destination);
        (long bytes, string[] notes) = Write(file, MetadataWriter.Entries(metadata, network), destination, () => Notes(file, description.Graph, metadata, cancellation), cancellation);
        return new ConversionSummary
        {
            Source = file.Path,
            SourceFormat = file.Format,
            Destination = destination,
            Bytes = bytes,
            Metadata = metadata,
            TensorCount = file.Tensors.Count,
            ElementCount = file.Tensors.Sum(t => t.Shape.ElementCount),
            Types = file.Tensors.CountBy(t => t.Type).ToDictionary(),
            Wrappers = file.Wrappers,
            Prefixes = file.Prefixes,
            LeftOut = file.LeftOut,
            Notes = [.. metadata.Notes, .. notes],
        };
    }

    private static void CheckChannels(Preprocessing? preprocessing, int channels, string source)
    {
        if (preprocessing is { } rule && (rule.Mean.Count != channels || rule.Std.Count != channels))
        {
            throw new CudaNetException($"the model takes {channels} channels, the preprocessing has {rule.Mean.Count} means and {rule.Std.Count} standard deviations")
            {
                File = source,
                Hint = "Convert it without preprocessing, and give it tensors.",
            };
        }
    }

    private static ModelMetadata Metadata(ModelDescription description, ResNetConfig network, ConversionOptions options, string destination)
    {
        ModelMetadata found = description.Metadata;
        ModelMetadata metadata = found with
        {
            Labels = options.Labels ?? found.Labels,
            Preprocessing = options.Preprocessing ?? found.Preprocessing,
            Origins = found.Origins with
            {
                Labels = options.Labels is null ? found.Origins.Labels : AsAsked,
                Preprocessing = options.Preprocessing is null ? found.Origins.Preprocessing : AsAsked,
            },
        };
        try
        {
            // What was written must be readable: the reader judges it first.
            MetadataReader.Read(MetadataWriter.Entries(metadata, network).ToDictionary(), NetworkFacts.Of(description.Graph, network.Name, network));
        }
        catch (CudaNetException exception)
        {
            // Without the reader's hint, which is about files that are there already.
            throw new CudaNetException(exception.Message, exception) { File = destination };
        }

        return metadata;
    }

    /// <summary>Writes and compares; the notes come before the file has its name, as nothing may fail once it has.</summary>
    private static (long Bytes, string[] Notes) Write(
        WeightFile file, IReadOnlyList<KeyValuePair<string, string>> entries, string destination, Func<string[]> findNotes, CancellationToken cancellation)
    {
        try
        {
            using NewFile written = new(destination);
            SafetensorsWriter.Write(written.Stream, file.Tensors, entries, cancellation);
            using (WeightFile copy = written.ReadBack(stream => WeightFile.Open(stream, destination)))
            {
                Verify(file, copy, cancellation);
            }

            string[] notes = findNotes();
            long bytes = written.Stream.Length;
            cancellation.ThrowIfCancellationRequested();
            written.Commit();
            return (bytes, notes);
        }
        catch (IOException exception)
        {
            throw OutputPath.Failure(destination, exception);
        }
    }

    private static void Verify(WeightFile expected, WeightFile written, CancellationToken cancellation)
    {
        Dictionary<string, WeightTensor> tensors = written.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (WeightTensor tensor in expected.Tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!tensors.TryGetValue(tensor.Name, out WeightTensor? other) || !tensor.HasSameValues(other))
            {
                throw new CudaNetException($"tensor {Printable.Quote(tensor.Name)} reads back with other values") { File = written.Path, Hint = "The storage device may be at fault." };
            }
        }
    }

    private static string[] Notes(WeightFile file, LayerGraph graph, ModelMetadata metadata, CancellationToken cancellation)
    {
        using Model model = new(graph, new ParameterSet(graph, file.Tensors.Select(t => KeyValuePair.Create(t.Name, t.Read()))), metadata);
        IReadOnlyList<ValueFault> faults = Finiteness.FindFaults(model, cancellation);
        return
        [
            .. file.Tensors.Where(t => SafetensorsWriter.WrittenType(t) != t.Type).CountBy(t => t.Type).Select(c => $"{c.Value} tensors of {c.Key.TorchName()} were rounded to float32."),
            .. faults.Take(MostFaults).Select(f => $"{f}, as in the source."),
            .. faults.Count > MostFaults ? (string[])[$"and {faults.Count - MostFaults} more {(faults.Count == MostFaults + 1 ? "tensor has" : "tensors have")} such values, as in the source."] : [],
        ];
    }
}
