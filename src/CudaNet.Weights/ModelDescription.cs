using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a weight file's names, shapes and metadata say, checked against each other before any weight is read.</summary>
/// <param name="Graph">The layers.</param>
/// <param name="Metadata">Labels, preprocessing and the rest.</param>
internal sealed record ModelDescription(LayerGraph Graph, ModelMetadata Metadata)
{
    /// <exception cref="CudaNetException">The weights fit no network, or the metadata is malformed; the file is always named.</exception>
    public static ModelDescription Of(WeightFile file, ModelFileOptions options)
    {
        if (file.Placeholders.Count > 0)
        {
            throw new WeightFormatException($"weights are not plain data: {string.Join(", ", file.Placeholders.Take(6).Select(p => $"{Printable.Quote(p.Key)} is made by {Printable.Quote(p.Value)}"))}")
            {
                File = file.Path,
                Hint = "Nothing in a checkpoint is called: load it where it was made and save plain tensors.",
            };
        }

        ShardNames.RefuseAlone(file);
        try
        {
            List<string> notes = [.. file.Notes];
            IReadOnlyDictionary<string, string> stated = options.IgnoreMetadata ? RawWeights.NoMetadata : file.Metadata;
            ResNetConfig? config = file.Network is null ? Described(file, file.Found?.Config ?? throw file.NoNetwork!, options, notes) : null;
            LayerGraph graph = config is null ? file.Network!.Graph : ResNet.Build(config);
            IReadOnlyList<ParameterMisfit> misfits = ParameterSet.Misfits(graph, file.Tensors.Select(t => KeyValuePair.Create(t.Name, t.Shape)));
            if (misfits.Count > 0)
            {
                throw new ParameterMismatchException(misfits);
            }

            NetworkFacts facts = NetworkFacts.Of(graph, file.Network?.Architecture ?? config!.Name, config);
            Tensor? meanImage = stated.ContainsKey(MetadataKeys.MeanImage) ? file.MeanImage?.Read(copy: true) : null;
            ModelMetadata metadata = FolderConfiguration.Complete(Read(file, stated, facts, meanImage, notes) with { Notes = notes }, file.Folder, facts, options.IgnoreMetadata);
            return new ModelDescription(graph, options.Preprocess is { } path ? PreprocessingGraph.Apply(path, metadata, graph) : metadata);
        }
        catch (CudaNetException exception)
        {
            exception.NameFile(file.Path);
            throw;
        }
    }

    /// <summary>What the file's own metadata says. Another program's may have other things under the same keys: then none of them counts, and a note says so.</summary>
    private static ModelMetadata Read(WeightFile file, IReadOnlyDictionary<string, string> stated, NetworkFacts facts, Tensor? meanImage, List<string> notes)
    {
        try
        {
            return MetadataReader.Read(stated, facts, meanImage);
        }
        catch (CudaNetException exception) when (file.IsMetadataForeign)
        {
            string[] keys = [.. MetadataKeys.All.Where(stated.ContainsKey)];
            notes.Add($"the metadata is another program's, and what it has under {Printable.List(keys)} is left out: {exception.Message}");
            return MetadataReader.Read(stated.Where(m => !keys.Contains(m.Key)).ToDictionary(StringComparer.Ordinal), facts, meanImage);
        }
    }

    private static void RefuseLeftOver(WeightFile file, ModelFileOptions options)
    {
        HashSet<string> counters = [.. file.LeftOut.Where(l => Counters.Reason(l.Name) == l.Reason).Select(l => l.Name)];
        string[] left = [.. file.LeftOver.Where(n => !counters.Contains(n))];
        if (options.Strict && left.Length > 0)
        {
            throw new CudaNetException($"{left.Length} tensors are no part of the network: {Printable.List(left)}") { Hint = "Without strictness (--strict, in code ModelFileOptions.Strict) they are left out." };
        }
    }

    /// <summary>The network as the file's own description of it has it; what it could not say is said.</summary>
    private static ResNetConfig Described(WeightFile file, ResNetConfig usual, ModelFileOptions options, List<string> notes)
    {
        RefuseLeftOver(file, options);
        HeadActivation? known = options.HeadActivation ?? MetadataReader.ReadHeadActivation(file.Metadata);
        ResNetConfig config = usual.HeadWidth > 0 ? usual with { HeadActivation = known ?? HeadActivation.ReLU } : usual;
        config = config.With(MetadataVariations.Read(file.Metadata, config));
        if (file.Evidence is not { } evidence)
        {
            if (config.HeadWidth > 0 && known is null)
            {
                notes.Add("the head has two linear layers; between them a ReLU is assumed, which the weights do not say (--head-activation none: nothing)");
            }

            return config;
        }

        try
        {
            return Checked(file, evidence, config, notes);
        }
        catch (CudaNetException refusal) when (config.HeadWidth > 0 && known is null)
        {
            try
            {
                return Checked(file, evidence, config with { HeadActivation = HeadActivation.None }, notes);
            }
            catch (CudaNetException)
            {
                // What is said is said of the usual head.
                throw refusal;
            }
        }
    }

    private static ResNetConfig Checked(WeightFile file, INetworkEvidence evidence, ResNetConfig config, List<string> notes)
    {
        SupposedNetwork network = new(ResNet.Build(config), file.Tensors.ToDictionary(t => t.Name, t => t.StoredName, StringComparer.Ordinal));
        evidence.Check(network);
        notes.AddRange(network.Notes);
        return config.With(network.Variations);
    }
}
