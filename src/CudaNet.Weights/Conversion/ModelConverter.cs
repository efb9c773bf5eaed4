using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Writes any readable weight file as plain safetensors under timm's names, which PyTorch and timm load too: fp32, fp16 and bf16 keep their
/// type and bits, every other type becomes fp32. Or, where the destination's name ends in <c>.onnx</c>, as an ONNX file in fp32 (<see cref="OnnxExport"/>).
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
        bool isOnnx = OnnxExport.IsNameOfOne(destination);
        if (options.Onnx is not null && !isOnnx)
        {
            throw new CudaNetException("there are options for an ONNX file, and the name does not end in .onnx") { File = destination };
        }

        ModelDescription description = ModelDescription.Of(file, options.Source);
        LayerGraph graph = description.Graph;
        CheckChannels(options.Preprocessing, graph.InputChannels, file.Path);
        ModelMetadata metadata = Metadata(description, options, destination);
        using Model model = new(graph, new ParameterSet(graph, file.Tensors.Select(t => KeyValuePair.Create(t.Name, t.Read()))), metadata);
        WeightTensor? meanImage = MeanImage(metadata, destination);
        IReadOnlyList<WeightTensor> tensors = meanImage is null ? file.Tensors : [.. file.Tensors, meanImage];
        OnnxWriter? onnx = isOnnx ? OnnxExport.Prepare(model, options.Onnx, cancellation, destination) : null;
        string[] notes = [];
        long bytes = WrittenFile.Write(destination, WriteTo, written =>
        {
            ReadBack(written);
            notes = Notes(file, model, cancellation);
        }, cancellation);
        return new ConversionSummary
        {
            Source = file.Path,
            SourceFormat = file.Format,
            Destination = destination,
            Bytes = bytes,
            Metadata = metadata,
            TensorCount = onnx?.Summary.TensorCount ?? file.Tensors.Count,
            ElementCount = onnx?.Summary.ElementCount ?? file.Tensors.Sum(t => t.Shape.ElementCount),
            Types = file.Tensors.CountBy(t => t.Type).ToDictionary(),
            Wrappers = file.Wrappers,
            Prefixes = file.Prefixes,
            LeftOut = file.LeftOut,
            Notes = [.. metadata.Notes, .. notes],
            Onnx = onnx?.Summary,
        };

        void WriteTo(Stream stream)
        {
            if (onnx is null)
            {
                SafetensorsWriter.Write(stream, tensors, MetadataWriter.Entries(metadata, graph), cancellation);
            }
            else
            {
                onnx.Message.WriteTo(stream);
            }
        }

        void ReadBack(FileStream written)
        {
            if (onnx is null)
            {
                using WeightFile copy = WeightFile.Open(written, destination);
                Verify(tensors, copy, cancellation);
            }
            else
            {
                ComparingStream.Compare(written, onnx.Message.WriteTo, destination);
            }
        }
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

    private static ModelMetadata Metadata(ModelDescription description, ConversionOptions options, string destination)
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
            NetworkFacts network = NetworkFacts.Of(description.Graph, metadata.Architecture, metadata.ResNet);
            MetadataReader.Read(MetadataWriter.Entries(metadata, description.Graph).ToDictionary(), network, metadata.Preprocessing?.MeanImage);
        }
        catch (CudaNetException exception)
        {
            // Without the reader's hint, which is about files that are there already.
            throw new CudaNetException(exception.Message, exception) { File = destination };
        }

        return metadata;
    }

    private static WeightTensor? MeanImage(ModelMetadata metadata, string destination) => metadata.Preprocessing?.MeanImage is not { } image ? null
        : new WeightTensor(MetadataKeys.MeanImageTensor, WeightType.Float32, new FileBytes(destination, SafetensorsWriter.Bytes(image.Values)).All, TensorLayout.Contiguous(image.Shape));

    private static void Verify(IReadOnlyList<WeightTensor> expected, WeightFile written, CancellationToken cancellation)
    {
        Dictionary<string, WeightTensor> tensors = written.Tensors.Concat(written.MeanImage is { } image ? [image] : []).ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (WeightTensor tensor in expected)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!tensors.TryGetValue(tensor.Name, out WeightTensor? other) || !tensor.HasSameValues(other))
            {
                throw new CudaNetException($"tensor {Printable.Quote(tensor.Name)} reads back with other values") { File = written.Path, Hint = "The storage device may be at fault." };
            }
        }
    }

    private static string[] Notes(WeightFile file, Model model, CancellationToken cancellation)
    {
        IReadOnlyList<ValueFault> faults = Finiteness.FindFaults(model, cancellation);
        return
        [
            .. file.Tensors.Where(t => SafetensorsWriter.WrittenType(t) != t.Type).CountBy(t => t.Type).Select(c => $"{c.Value} tensors of {c.Key.TorchName()} were rounded to float32."),
            .. faults.Take(MostFaults).Select(f => $"{f}, as in the source."),
            .. faults.Count > MostFaults ? (string[])[$"and {faults.Count - MostFaults} more {(faults.Count == MostFaults + 1 ? "tensor has" : "tensors have")} such values, as in the source."] : [],
        ];
    }
}
