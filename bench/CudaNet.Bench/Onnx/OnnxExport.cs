using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>
/// Writes a model as an ONNX file, layer by layer, for one input shape, so that a peer runs the same weights. Field numbers are those of onnx.proto3.
/// </summary>
internal static class OnnxExport
{
    private const int IrVersion = 8, OpsetVersion = 13, FloatType = 1;

    public const string InputName = "input";

    public static byte[] Write(Model model, TensorShape input)
    {
        TensorShape[] shapes = model.Graph.InferShapes(input);
        ProtobufWriter file = new();
        file.Integer(1, IrVersion);
        file.Text(2, "CudaNet.Bench");
        file.Message(8, opset => opset.Integer(2, OpsetVersion));
        file.Message(7, graph =>
        {
            graph.Text(2, "network");
            foreach (LayerNode node in model.Graph.Layers)
            {
                WriteLayer(graph, node);
            }

            foreach ((string name, Tensor tensor) in model.Parameters.Tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
            {
                graph.Message(5, t => WriteTensor(t, name, tensor));
            }

            graph.Message(11, value => WriteValue(value, InputName, input));
            graph.Message(12, value => WriteValue(value, model.Graph.Output.Name, shapes[model.Graph.Output.Index]));
        });
        return file.Bytes.ToArray();
    }

    private static void WriteLayer(ProtobufWriter graph, LayerNode node)
    {
        string[] parameters = [.. node.Parameters.Select(p => p.Name)];
        switch (node.Op)
        {
            case Conv2d op:
                Node(graph, "Conv", node, parameters, a =>
                {
                    Integers(a, "kernel_shape", op.KernelHeight, op.KernelWidth);
                    Integers(a, "strides", op.Stride, op.Stride);
                    Pads(a, op.Padding);
                    Integers(a, "dilations", op.Dilation, op.Dilation);
                    Integer(a, "group", op.Groups);
                });
                break;
            case BatchNorm2d op:
                Node(graph, "BatchNormalization", node, parameters, a => a.Message(5, t =>
                {
                    t.Text(1, "epsilon");
                    t.Single(2, (float)op.Epsilon);
                    t.Integer(20, 1);
                }));
                break;
            case MaxPool2d op:
                Node(graph, "MaxPool", node, parameters, a => Window(a, op));
                break;
            case AvgPool2d op:
                Node(graph, "AveragePool", node, parameters, a =>
                {
                    Window(a, op);
                    Integer(a, "count_include_pad", op.CountIncludePad ? 1 : 0);
                });
                break;
            case GlobalAveragePool:
                string pooled = node.Name + ".plane";
                graph.Message(1, n => Head(n, "GlobalAveragePool", [node.Inputs[0].Name], pooled));
                graph.Message(1, n => Head(n, "Flatten", [pooled], node.Name));
                break;
            case Linear:
                Node(graph, "Gemm", node, parameters, a => Integer(a, "transB", 1));
                break;
            case ReLU:
                Node(graph, "Relu", node, parameters, _ => { });
                break;
            case Add:
                Node(graph, "Add", node, parameters, _ => { });
                break;
            default:
                throw new UnknownOperatorException("the ONNX export", node);
        }
    }

    private static void Window(ProtobufWriter attributes, WindowPool op)
    {
        Integers(attributes, "kernel_shape", op.Kernel, op.Kernel);
        Integers(attributes, "strides", op.Stride, op.Stride);
        Pads(attributes, op.Padding);
        Integer(attributes, "ceil_mode", op.CeilMode ? 1 : 0);
    }

    private static void Pads(ProtobufWriter attributes, Padding padding) => Integers(attributes, "pads", padding.Top, padding.Left, padding.Bottom, padding.Right);

    private static void Node(ProtobufWriter graph, string kind, LayerNode node, string[] parameters, Action<ProtobufWriter> attributes) =>
        graph.Message(1, n =>
        {
            Head(n, kind, [.. node.Inputs.Select(i => i.Name), .. parameters], node.Name);
            attributes(n);
        });

    private static void Head(ProtobufWriter node, string kind, string[] inputs, string output)
    {
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output);
        node.Text(3, output);
        node.Text(4, kind);
    }

    private static void Integer(ProtobufWriter node, string name, long value) => node.Message(5, a =>
    {
        a.Text(1, name);
        a.Integer(3, value);
        a.Integer(20, 2);
    });

    private static void Integers(ProtobufWriter node, string name, params long[] values) => node.Message(5, a =>
    {
        a.Text(1, name);
        foreach (long value in values)
        {
            a.Integer(8, value);
        }

        a.Integer(20, 7);
    });

    private static void WriteTensor(ProtobufWriter tensor, string name, Tensor values)
    {
        foreach (int extent in values.Shape.Extents)
        {
            tensor.Integer(1, extent);
        }

        tensor.Integer(2, FloatType);
        tensor.Text(8, name);
        tensor.Data(9, MemoryMarshal.AsBytes(values.Values));
    }

    private static void WriteValue(ProtobufWriter value, string name, TensorShape shape)
    {
        value.Text(1, name);
        value.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Integer(1, FloatType);
            tensor.Message(2, extents =>
            {
                foreach (int extent in shape.Extents.ToArray())
                {
                    extents.Message(1, dimension => dimension.Integer(1, extent));
                }
            });
        }));
    }
}
