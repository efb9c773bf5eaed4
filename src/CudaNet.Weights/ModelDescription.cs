using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a weight file's names, shapes and metadata say, checked against each other before any weight is read.</summary>
/// <param name="Graph">The layers.</param>
/// <param name="Metadata">Labels, preprocessing and the rest.</param>
internal sealed record ModelDescription(LayerGraph Graph, ModelMetadata Metadata)
{
    /// <exception cref="CudaNetException">The weights fit no network, or the metadata is malformed; the file is always named.</exception>
    public static ModelDescription Of(WeightFile file, bool ignoreMetadata)
    {
        if (file.Placeholders.Count > 0)
        {
            throw new WeightFormatException($"weights are not plain data: {string.Join(", ", file.Placeholders.Take(6).Select(p => $"{Printable.Quote(p.Key)} is made by {Printable.Quote(p.Value)}"))}")
            {
                File = file.Path,
                Hint = "Nothing in a checkpoint is called: load it where it was made and save plain tensors.",
            };
        }

        Dictionary<string, TensorShape> shapes = file.Tensors.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        try
        {
            ResNetConfig? config = file.Network is null ? ArchitectureInference.Infer(shapes) : null;
            LayerGraph graph = file.Network?.Graph ?? ResNet.Build(config!);
            IReadOnlyList<ParameterMisfit> misfits = ParameterSet.Misfits(graph, shapes);
            if (misfits.Count > 0)
            {
                throw new ParameterMismatchException(misfits);
            }

            IReadOnlyList<string> notes = [];
            if (config is not null)
            {
                (config, notes) = Varied(file, config, graph);
                graph = config.Variations.Count > 0 ? ResNet.Build(config) : graph;
            }

            NetworkFacts facts = NetworkFacts.Of(graph, file.Network?.Architecture ?? config!.Name, config);
            return new ModelDescription(graph, MetadataReader.Read(ignoreMetadata ? RawWeights.NoMetadata : file.Metadata, facts) with { Notes = notes });
        }
        catch (CudaNetException exception)
        {
            exception.NameFile(file.Path);
            throw;
        }
    }

    /// <summary>The network as the file's own description of it has it, with what it could not say.</summary>
    private static (ResNetConfig Config, IReadOnlyList<string> Notes) Varied(WeightFile file, ResNetConfig config, LayerGraph usual)
    {
        ResNetConfig described = config.With(MetadataVariations.Read(file.Metadata, usual));
        if (file.Evidence is null)
        {
            return (described, []);
        }

        SupposedNetwork network = new(usual, file.Tensors.ToDictionary(t => t.Name, t => t.StoredName, StringComparer.Ordinal));
        file.Evidence.Check(network);
        return (config.With(network.Variations), network.Notes);
    }
}
