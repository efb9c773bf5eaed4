using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What model hubs put beside weights: <c>config.json</c> (timm's, transformers') and <c>preprocessor_config.json</c>, or <c>processor_config.json</c> around it. <c>docs/weights.md</c> lists the keys.</summary>
internal static class FolderConfiguration
{
    private const string ModelName = "config.json", ProcessorName = "preprocessor_config.json", ProcessorsName = "processor_config.json";

    /// <summary>Those of the files that a folder has.</summary>
    public static IEnumerable<string> FilesIn(string folder) => ((string[])[ModelName, ProcessorName, ProcessorsName]).Select(n => Path.Combine(folder, n)).Where(File.Exists);

    /// <summary>Adds what the files say to what the weight file says itself, which goes before them.</summary>
    /// <param name="own">The weight file's own.</param>
    /// <param name="folder">Where the weights are; null where that is no folder.</param>
    /// <param name="network">What the tensors are.</param>
    /// <param name="relativesOnly">True: labels and preprocessing are left alone, and so is what contradicts the tensors. Another network is refused all the same.</param>
    /// <exception cref="CudaNetException">They speak of another network, or a value is malformed; the file is named.</exception>
    public static ModelMetadata Complete(ModelMetadata own, string? folder, NetworkFacts network, bool relativesOnly)
    {
        if (folder is null)
        {
            return own;
        }

        List<string> notes = [.. own.Notes];
        ModelMetadata complete = own;
        string? current = ModelName;
        try
        {
            ConfigurationValues? model = ConfigurationFile.Open(folder, ModelName, notes);
            bool isTimm = model is not null && TimmConfiguration.Is(model);
            bool isKnown = isTimm || (model is not null && TransformersConfiguration.Is(model));
            if (isKnown && (isTimm ? TimmConfiguration.OtherNetwork(model!) : TransformersConfiguration.OtherNetwork(model!)) is { } other)
            {
                notes.Add($"{model!.File} is left alone: it is of {Printable.Quote(other)}, which is no ResNet");
                return own with { Notes = notes };
            }

            if (network.ResNet is not { } config)
            {
                // The file describes its network itself: only labels and preprocessing are of interest.
            }
            else if (isTimm)
            {
                TimmConfiguration.Check(model!, config, relativesOnly);
            }
            else if (isKnown)
            {
                TransformersConfiguration.Check(model!, config, relativesOnly);
            }

            if (relativesOnly)
            {
                return own with { Notes = notes };
            }

            StatedPreprocessing? rule = isTimm ? TimmConfiguration.Preprocess(model!, network.InputChannels) : null;
            complete = isKnown ? WithLabels(complete, (isTimm ? TimmConfiguration.Labels(model!) : TransformersConfiguration.Labels(model!)), model!, network, notes) : complete;
            current = ProcessorName;
            ConfigurationValues? from = rule is null ? ConfigurationFile.Open(folder, ProcessorName, notes) : model;
            if (rule is null && from is null)
            {
                current = ProcessorsName;
                from = ConfigurationFile.Open(folder, ProcessorsName, notes)?.Object("image_processor");
            }

            rule ??= from is null ? null : ProcessorConfiguration.Preprocess(from, network.InputChannels);
            return WithPreprocessing(complete, rule, from, notes) with { Notes = notes };
        }
        catch (InvalidOperationException exception)
        {
            // A text with half a surrogate pair.
            throw new CudaNetException("a text in it is no text", exception) { File = Path.Combine(folder, current), Hint = MetadataReader.Remedy };
        }
    }

    private static ModelMetadata WithLabels(ModelMetadata metadata, IReadOnlyList<string>? labels, ConfigurationValues from, NetworkFacts network, List<string> notes)
    {
        if (labels is null || network.Classes is not { } classes)
        {
            return metadata;
        }

        if (metadata.Labels.Count > 0)
        {
            if (!metadata.Labels.SequenceEqual(labels))
            {
                notes.Add($"the labels in {from.Name} are others than those in the weight file's own metadata, which are taken");
            }

            return metadata;
        }

        return labels.Count == classes
            ? metadata with { Labels = labels, Origins = metadata.Origins with { Labels = from.Name } }
            : throw new CudaNetException($"has {labels.Count} labels, where {network.OutputName} has {classes} outputs") { File = from.File, Hint = MetadataReader.Remedy };
    }

    private static ModelMetadata WithPreprocessing(ModelMetadata metadata, StatedPreprocessing? stated, ConfigurationValues? from, List<string> notes)
    {
        if (stated is null || from is null)
        {
            return metadata;
        }

        if (metadata.Preprocessing is { } own)
        {
            if (stated.Rule is null || own != stated.Rule)
            {
                notes.Add($"the preprocessing in {from.Name} is another than that in the weight file's own metadata, which is taken");
            }

            return metadata;
        }

        return stated.Rule is { } rule
            ? metadata with { Preprocessing = rule, Origins = metadata.Origins with { Preprocessing = from.Name } }
            : metadata with { WhyNoPreprocessing = $"{from.File} says how images become inputs, but in a way that is not computed: {stated.WhyNot}" };
    }
}
