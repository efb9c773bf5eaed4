using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The fields of a NodeProto and the numbers of types, each defined once.</summary>
internal static class OnnxExportFields
{
    /// <summary>TensorProto.DataType.</summary>
    public const int FloatType = 1, Int64Type = 7;

    private const int FloatKind = 1, IntegerKind = 2, IntegersKind = 7;

    /// <summary>What a node is, reads and makes.</summary>
    public static void Node(this ProtobufWriter node, string kind, string name, string[] inputs, string output)
    {
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output);
        node.Text(3, name);
        node.Text(4, kind);
    }

    public static void Attribute(this ProtobufWriter node, string name, float value) => Attribute(node, name, FloatKind, a => a.Single(2, value));

    public static void Attribute(this ProtobufWriter node, string name, long value) => Attribute(node, name, IntegerKind, a => a.Integer(3, value));

    public static void Attribute(this ProtobufWriter node, string name, params long[] values) => Attribute(node, name, IntegersKind, a => Array.ForEach(values, v => a.Integer(8, v)));

    /// <summary>Rows before columns, and what lies before the image before what lies behind it.</summary>
    public static void Pads(this ProtobufWriter node, Padding padding) => node.Attribute("pads", padding.Top, padding.Left, padding.Bottom, padding.Right);

    /// <summary>A pooling's window.</summary>
    public static void Window(this ProtobufWriter node, WindowPool op, Padding padding, bool ceilMode)
    {
        node.Attribute("kernel_shape", op.Kernel, op.Kernel);
        node.Attribute("strides", op.Stride, op.Stride);
        node.Pads(padding);
        node.Attribute("ceil_mode", ceilMode ? 1 : 0);
    }

    private static void Attribute(ProtobufWriter node, string name, int kind, Action<ProtobufWriter> value) => node.Message(5, a =>
    {
        a.Text(1, name);
        value(a);
        a.Integer(20, kind);
    });
}
