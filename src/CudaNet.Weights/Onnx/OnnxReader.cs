using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads an ONNX file as the network that it describes: <c>docs/weights.md</c> has the operators, and what of each is run.</summary>
internal static class OnnxReader
{
    private const int MaxLayerName = 200;

    /// <summary>True for what starts as a <c>ModelProto</c>: field 1 (its version, a small number), followed by another known field; and is none of Core ML's.</summary>
    public static bool IsOnnx(FormatSource source) => source.Start is [0x08, > 0 and < 32, 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42, ..] && !RefusedFormats.IsCoreMl(source);

    /// <exception cref="CudaNetException">It is malformed, or has what cannot be run; the file is named.</exception>
    public static RawWeights Read(FormatSource source)
    {
        (OnnxModel model, OnnxImport import) = Import(source, isPreprocessing: false);
        return Build(source, model, import);
    }

    /// <summary>The graph of a file that makes a network's input of images.</summary>
    /// <exception cref="CudaNetException">As <see cref="Read"/>.</exception>
    public static OnnxImport ReadPreprocessing(FormatSource source) => Import(source, isPreprocessing: true).Import;

    private static (OnnxModel Model, OnnxImport Import) Import(FormatSource source, bool isPreprocessing)
    {
        if (source.Bytes.Length > int.MaxValue)
        {
            throw source.Error($"the ONNX model has {source.Bytes.Length} bytes, more than the 2 GiB of a protocol buffer", "Export it again with its weights in an external file.");
        }

        OnnxModel model = OnnxModelReader.Read(source.Bytes.All);
        CheckVersion(source, model);
        OnnxImport import = new(source, model) { IsPreprocessing = isPreprocessing };
        import.Run();
        return (model, import);
    }

    /// <summary>The files in which a model has weights beside its own.</summary>
    /// <exception cref="WeightFormatException">It is malformed.</exception>
    public static IEnumerable<string> FilesOf(FormatSource source) => source.Bytes.Length > int.MaxValue ? []
        : OnnxModelReader.Read(source.Bytes.All).Graph.Tensors.Where(t => t.IsExternal).Select(t => t.Location).Distinct()
            .Select(location => Path.Combine(source.Folder!, location)).Where(File.Exists);

    private static void CheckVersion(FormatSource source, OnnxModel model)
    {
        long opset = model.Opsets.GetValueOrDefault("");
        if (opset is < OnnxOperators.Oldest or > OnnxOperators.Newest)
        {
            throw source.Error(
                $"the ONNX model {(opset == 0 ? "does not say which version of the operators it uses" : $"uses version {opset} of the operators")}, supported are {OnnxOperators.Oldest} to {OnnxOperators.Newest}",
                "Export it again with another opset_version.");
        }

        if (model.Functions > 0 || model.Graph.SparseInitializers > 0)
        {
            throw source.Error($"the ONNX model has {(model.Functions > 0 ? $"{model.Functions} functions of its own" : $"{model.Graph.SparseInitializers} sparse constants")}, which are not read", "Inline functions with onnx.inliner, make sparse constants dense.");
        }

        if (model.Graph.Outputs.Count == 0)
        {
            throw source.Error("the ONNX graph gives nothing", "Export it again.");
        }
    }

    private static RawWeights Build(FormatSource source, OnnxModel model, OnnxImport import)
    {
        HashSet<OnnxLayer> used = [import.Layers[0], .. import.Outputs.Select(o => o.Layer)];
        foreach (OnnxLayer layer in import.Layers.Reverse().Where(used.Contains))
        {
            used.UnionWith(layer.Inputs);
        }

        OnnxLayer[] layers = [.. import.Layers.Where(used.Contains)];
        OnnxResNet? resNet = OnnxResNet.Find(layers, import.Outputs[0].Layer);
        Dictionary<OnnxLayer, string[]> names = Names(layers, resNet);
        GraphBuilder builder = new((GraphInput)layers[0].Op, names[layers[0]]);
        layers[0].Node = builder.Input;
        foreach (OnnxLayer layer in layers.Skip(1))
        {
            LayerNode[] inputs = [.. layer.Inputs.Select(i => i.Node!)];
            layer.Node = builder.Add(names[layer][0], layer.Op, inputs[0], inputs.ElementAtOrDefault(1), names[layer].AsSpan(1));
        }

        LayerGraph graph = builder.Build(import.Outputs[0].Layer.Node);
        List<WeightTensor> tensors = [.. layers.Skip(1).SelectMany(l => l.Op.Parameters.Select(p => l.Parameters[p.Name].Tensor($"{l.Node!.Name}.{p.Name}")))];
        if (model.Metadata.ContainsKey(MetadataKeys.MeanImage) && import.Constant(MetadataKeys.MeanImageTensor) is { } image)
        {
            tensors.Add(image.Tensor(MetadataKeys.MeanImageTensor));
        }

        string[] others = [.. import.Outputs.Skip(1).Select(o => o.Layer.Node!.Name).Distinct().Where(n => n != graph.Output.Name)];
        return new RawWeights(WeightFormat.Onnx, tensors, [], model.Metadata, [], [])
        {
            IsMetadataForeign = model.Producer != OnnxModel.OwnProducer,
            Network = new RawNetwork(resNet?.Name ?? (model.Graph.Name.Length > 0 && Printable.IsPlain(model.Graph.Name) ? model.Graph.Name : "onnx"), graph),
            Notes = others.Length == 0 ? [] : [$"the graph gives {others.Length + 1} values: {Printable.Quote(graph.Output.Name)} is the prediction, the others are layers: {Printable.List(others)}"],
        };
    }

    /// <summary>A name a layer, then its aliases, each given once: names of nodes go first, then those of values, those of a ResNet's layers after them.</summary>
    private static Dictionary<OnnxLayer, string[]> Names(OnnxLayer[] layers, OnnxResNet? resNet)
    {
        HashSet<string> taken = new([layers[0].Name], StringComparer.Ordinal);
        bool Take(string name) => name.Length is > 0 and <= MaxLayerName && Printable.IsPlain(name) && taken.Add(name);
        Dictionary<OnnxLayer, List<string>> names = layers.ToDictionary(l => l, _ => new List<string>());
        foreach (OnnxLayer layer in layers.Skip(1).Where(l => l.IsNodeName && Take(l.Name)))
        {
            names[layer].Add(layer.Name);
        }

        foreach ((OnnxLayer layer, int index) in layers.Select((l, i) => (l, i)).Skip(1).Where(e => names[e.l].Count == 0))
        {
            names[layer].Add(layer.Aliases.Prepend(layer.Name).FirstOrDefault(Take) ?? Enumerable.Range(0, int.MaxValue).Select(n => $"layer{index}_{n}").First(Take));
        }

        foreach (OnnxLayer layer in layers)
        {
            names[layer].AddRange(layer.Aliases.Prepend(layer.Name).Where(Take));
        }

        foreach ((OnnxLayer layer, string alias) in resNet?.Aliases ?? [])
        {
            if (Take(alias))
            {
                names[layer].Add(alias);
            }
        }

        // Files name arrays after layers: each has a name without a slash.
        foreach ((OnnxLayer layer, int index) in layers.Select((l, i) => (l, i)).Skip(1))
        {
            if (names[layer].TrueForAll(n => n.AsSpan().IndexOfAny('/', '\\') >= 0))
            {
                string plain = names[layer][0].Trim('/').Replace('/', '.').Replace('\\', '.');
                names[layer].Add(Take(plain) ? plain : Enumerable.Range(0, int.MaxValue).Select(n => $"layer{index}_{n}").First(Take));
            }
        }

        return names.ToDictionary(n => n.Key, n => n.Value.ToArray());
    }
}
