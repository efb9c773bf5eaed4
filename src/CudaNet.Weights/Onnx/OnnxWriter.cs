using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// A model as an ONNX ModelProto: the graph, whose nodes are <see cref="OnnxExportLayers"/>'s, and what the model says beside it. Field numbers are those of
/// onnx.proto3.
/// </summary>
internal sealed class OnnxWriter
{
    private const int IrVersion = 8;
    private readonly Model _model;
    private readonly OnnxExportDimension[][] _shapes;
    private readonly LayerNode[] _outputs;
    private readonly OnnxExportFolding _folding;
    private readonly OnnxExportLayers _layers;

    /// <param name="model">The network.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Looked at before each tensor that is written.</param>
    /// <exception cref="CudaNetException">A layer cannot take the size that is fixed, is not there, or has no place in a graph of ONNX.</exception>
    public OnnxWriter(Model model, OnnxExportOptions options, CancellationToken cancellation)
    {
        _model = model;
        LayerGraph graph = model.Graph;
        _shapes = OnnxExportShapes.Infer(graph, options);
        HashSet<LayerNode> read = [.. graph.Nodes.SelectMany(n => n.Inputs)];
        _outputs = [.. options.Layers.Select(graph.Find).Concat(graph.Layers.Where(l => !read.Contains(l))).Distinct().Where(l => l != graph.Output).OrderBy(l => l.Index).Prepend(graph.Output)];
        if (_outputs.Contains(graph.Input))
        {
            throw new CudaNetException("the input is no output of an ONNX graph") { Layer = graph.Input.Name, Hint = "Whoever runs the graph has it." };
        }

        _folding = new OnnxExportFolding(graph, _outputs, options.FoldBatchNorms);
        _layers = new OnnxExportLayers(model, _shapes, _folding, cancellation);
        Message = new ProtobufWriter();
        WriteModel(Message);
    }

    /// <summary>The whole file.</summary>
    public ProtobufWriter Message { get; }

    /// <summary>What is in it.</summary>
    public OnnxExportSummary Summary => new()
    {
        Input = string.Join('×', _shapes[0]),
        Outputs = [.. _outputs.Select(o => o.Name)],
        FoldedBatchNorms = _folding.Count,
        TensorCount = _layers.TensorCount,
        ElementCount = _layers.ElementCount,
        Bytes = Message.Size,
    };

    private void WriteModel(ProtobufWriter file)
    {
        ModelMetadata metadata = _model.Metadata;
        file.Integer(1, IrVersion);
        file.Text(2, OnnxModel.OwnProducer);
        file.Text(3, typeof(OnnxWriter).Assembly.GetName().Version?.ToString(3) ?? "unknown");
        file.Message(7, WriteGraph);
        file.Message(8, opset => opset.Integer(2, OnnxExport.Opset));
        foreach ((string key, string value) in MetadataWriter.Entries(metadata, NetworkFacts.Of(_model.Graph, metadata.Architecture, metadata.ResNet)))
        {
            file.Message(14, entry =>
            {
                entry.Text(1, key);
                entry.Text(2, value);
            });
        }
    }

    private void WriteGraph(ProtobufWriter graph)
    {
        foreach (LayerNode node in _model.Graph.Layers.Where(n => !_folding.IsFolded(n)))
        {
            _layers.Write(graph, node);
        }

        if (_model.Metadata.Preprocessing?.MeanImage is { } image)
        {
            // Nothing in the graph reads it: the metadata speaks of it.
            string name = _layers.Initialise(MetadataKeys.MeanImageTensor, image.Shape, stream => OnnxExportFolding.WriteSingles(stream, image.Values));
            if (name != MetadataKeys.MeanImageTensor)
            {
                throw new CudaNetException($"a layer has the name of the mean image, {MetadataKeys.MeanImageTensor}") { Layer = MetadataKeys.MeanImageTensor };
            }
        }

        graph.Text(2, _model.Metadata.Architecture);
        foreach (Action<ProtobufWriter> initialiser in _layers.Initialisers)
        {
            graph.Message(5, initialiser);
        }

        graph.Message(11, value => WriteValue(value, _model.Graph.Input));
        foreach (LayerNode output in _outputs)
        {
            graph.Message(12, value => WriteValue(value, output));
        }
    }

    private void WriteValue(ProtobufWriter value, LayerNode node)
    {
        value.Text(1, node.Name);
        value.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Integer(1, OnnxExportFields.FloatType);
            tensor.Message(2, extents => Array.ForEach(_shapes[node.Index], d => extents.Message(1, dimension =>
            {
                if (d.Extent is { } extent)
                {
                    dimension.Integer(1, extent);
                }
                else if (d.Name is { } name)
                {
                    dimension.Text(2, name);
                }
            })));
        }));
    }
}
