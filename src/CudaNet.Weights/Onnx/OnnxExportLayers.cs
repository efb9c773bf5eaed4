using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Layers as nodes of ONNX, with the attributes of opset 17. A node is named as its layer, and so is the value that it makes; an initialiser as the parameter.
/// </summary>
internal sealed class OnnxExportLayers
{
    private readonly Model _model;
    private readonly OnnxExportDimension[][] _shapes;
    private readonly OnnxExportFolding _folding;
    private readonly CancellationToken _cancellation;
    private readonly HashSet<string> _names;
    private readonly List<Action<ProtobufWriter>> _initialisers = [];

    /// <param name="model">The network.</param>
    /// <param name="shapes">Each node's extents.</param>
    /// <param name="folding">The batch norms that have no node of their own.</param>
    /// <param name="cancellation">Looked at before each tensor that is written.</param>
    public OnnxExportLayers(Model model, OnnxExportDimension[][] shapes, OnnxExportFolding folding, CancellationToken cancellation)
    {
        _model = model;
        _shapes = shapes;
        _folding = folding;
        _cancellation = cancellation;
        _names = new(model.Graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);
    }

    /// <summary>What writes each TensorProto that the nodes so far read.</summary>
    public IReadOnlyList<Action<ProtobufWriter>> Initialisers => _initialisers;

    /// <summary>Parameters among them.</summary>
    public int TensorCount { get; private set; }

    /// <summary>Values in these.</summary>
    public long ElementCount { get; private set; }

    /// <summary>Adds a layer's nodes to a graph. A batch norm that was folded has none.</summary>
    public void Write(ProtobufWriter graph, LayerNode node)
    {
        switch (node.Op)
        {
            case Conv2d op:
                WriteConvolution(graph, node, op);
                break;
            case BatchNorm2d op:
                Layer(graph, "BatchNormalization", node, a => a.Attribute("epsilon", (float)op.Epsilon));
                break;
            case MaxPool2d op:
                Layer(graph, "MaxPool", node, a => Window(a, node, op, op.Padding));
                break;
            case AvgPool2d op:
                WriteAveragePool(graph, node, op);
                break;
            case GlobalAveragePool:
                string pooled = Fresh($"{node.Name}.plane");
                graph.Message(1, n => n.Node("GlobalAveragePool", node.Name, [node.Inputs[0].Name], pooled));
                graph.Message(1, n => n.Node("Flatten", "", [pooled], node.Name));
                break;
            case Linear:
                Layer(graph, "Gemm", node, a => a.Attribute("transB", 1));
                break;
            case ReLU:
                Layer(graph, "Relu", node);
                break;
            case Add or Offset:
                Layer(graph, "Add", node);
                break;
            case Softmax:
                Layer(graph, "Softmax", node, a => a.Attribute("axis", 1));
                break;
            case Flatten:
                Layer(graph, "Flatten", node, a => a.Attribute("axis", 1));
                break;
            default:
                throw new UnknownOperatorException("the ONNX export", node);
        }
    }

    /// <summary>Adds an initialiser of fp32 values; its name is the wished one, unless a layer has that.</summary>
    public string Initialise(string wished, TensorShape shape, Action<Stream> write)
    {
        string name = Fresh(wished);
        _initialisers.Add(tensor =>
        {
            foreach (int extent in shape.Extents)
            {
                tensor.Integer(1, extent);
            }

            tensor.Integer(2, OnnxExportFields.FloatType);
            tensor.Text(8, name);
            tensor.Data(9, (long)shape.ElementCount * sizeof(float), stream =>
            {
                _cancellation.ThrowIfCancellationRequested();
                write(stream);
            });
        });
        return name;
    }

    /// <summary>A node that reads what the layer reads and its parameters, in their order.</summary>
    private void Layer(ProtobufWriter graph, string kind, LayerNode node, Action<ProtobufWriter>? attributes = null)
    {
        string[] parameters = [.. node.Parameters.Select(spec => Parameter(spec.Name, spec.Shape, stream => OnnxExportFolding.WriteSingles(stream, _model.Parameters[spec.Name].Values)))];

        graph.Message(1, n =>
        {
            n.Node(kind, node.Name, [.. node.Inputs.Select(i => i.Name), .. parameters], node.Name);
            attributes?.Invoke(n);
        });
    }

    /// <summary>With a folded batch norm the node has the convolution's name, its value the batch norm's, and its parameters are the convolution's, a bias among them.</summary>
    private void WriteConvolution(ProtobufWriter graph, LayerNode node, Conv2d op)
    {
        if (_folding.NormOf(node) is not { } norm)
        {
            Layer(graph, "Conv", node, Attributes);
            return;
        }

        string weight = Parameter(node.Parameters[0].Name, node.Parameters[0].Shape, stream => OnnxExportFolding.WriteWeight(stream, _model.Parameters, node, norm));
        string bias = Parameter($"{node.Name}.bias", new TensorShape(op.OutChannels), stream => OnnxExportFolding.WriteBias(stream, _model.Parameters, node, norm));
        graph.Message(1, n =>
        {
            n.Node("Conv", node.Name, [node.Inputs[0].Name, weight, bias], norm.Name);
            Attributes(n);
        });

        void Attributes(ProtobufWriter a)
        {
            a.Attribute("kernel_shape", op.KernelHeight, op.KernelWidth);
            a.Attribute("strides", op.Stride, op.Stride);
            a.Pads(op.Padding);
            a.Attribute("dilations", op.Dilation, op.Dilation);
            a.Attribute("group", op.Groups);
        }
    }

    /// <summary>
    /// Whether what a window of ceil mode reaches beyond the padded image counts with the padding: up to opset 18 runtimes differ (ONNX Runtime divided by the whole window until 2026). Where there is
    /// such padding, a node of its own puts the zeros around the image, and nothing else counts.
    /// </summary>
    private void WriteAveragePool(ProtobufWriter graph, LayerNode node, AvgPool2d op)
    {
        bool counts = op.CountIncludePad && op.Padding != default;
        if (!counts || !op.CeilMode)
        {
            Layer(graph, "AveragePool", node, a =>
            {
                Window(a, node, op, op.Padding);
                a.Attribute("count_include_pad", counts ? 1 : 0);
            });
            return;
        }

        bool MayBeginBehind(int axis, int behind) => _shapes[node.Inputs[0].Index][axis].Extent is null && behind > op.Kernel - op.Stride;
        if (MayBeginBehind(2, op.Padding.Bottom) || MayBeginBehind(3, op.Padding.Right))
        {
            throw new CudaNetException($"the pooling {Printable.Quote(node.Name)} ({op.Describe()}) has windows that begin in its padding for some sizes, which ONNX counts and PyTorch does not")
            {
                Layer = node.Name,
                Hint = "Fix the size of the images (--input HxW, in code OnnxExportOptions.Height and Width).",
            };
        }

        (string pads, string padded) = (Fresh($"{node.Name}.pads"), Fresh($"{node.Name}.padded"));
        long[] sides = [0, 0, op.Padding.Top, op.Padding.Left, 0, 0, op.Padding.Bottom, op.Padding.Right];
        _initialisers.Add(tensor =>
        {
            tensor.Integer(1, sides.Length);
            tensor.Integer(2, OnnxExportFields.Int64Type);
            foreach (long side in sides)
            {
                tensor.Integer(7, side);
            }

            tensor.Text(8, pads);
        });
        graph.Message(1, n => n.Node("Pad", padded, [node.Inputs[0].Name, pads], padded));
        graph.Message(1, n =>
        {
            n.Node("AveragePool", node.Name, [padded], node.Name);
            Window(n, node, op, default);
        });
    }

    /// <summary>
    /// A pooling's window. Where the image's size is fixed, ceil mode becomes as much padding behind the image as the windows reach, which is less than a window: ONNX's rule counts a window
    /// that begins behind the image, which there is none of here or in PyTorch. Where it is free, the runtime's rule decides.
    /// </summary>
    private void Window(ProtobufWriter attributes, LayerNode node, WindowPool op, Padding padding)
    {
        if (!op.CeilMode || _shapes[node.Inputs[0].Index] is not [_, _, { Extent: { } height }, { Extent: { } width }] || _shapes[node.Index] is not [_, _, { Extent: { } rows }, { Extent: { } columns }])
        {
            attributes.Window(op, padding, op.CeilMode);
            return;
        }

        // A node of its own may have put the padding around the image already.
        Padding done = padding == default ? op.Padding : default;
        int Behind(int windows, int image, int before) => (int)Math.Max(((windows - 1L) * op.Stride) + op.Kernel - image - before, 0);
        attributes.Window(
            op,
            new Padding(padding.Top, padding.Left, Behind(rows, height + done.Top + done.Bottom, padding.Top), Behind(columns, width + done.Left + done.Right, padding.Left)),
            ceilMode: false);
    }

    private string Parameter(string wished, TensorShape shape, Action<Stream> write)
    {
        TensorCount++;
        ElementCount += shape.ElementCount;
        return Initialise(wished, shape, write);
    }

    /// <summary>A name for a value that is no layer's, which no other value has.</summary>
    private string Fresh(string name)
    {
        while (!_names.Add(name))
        {
            name = $"{name}_";
        }

        return name;
    }
}
