using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Writes ONNX files field by field, valid ones and others; field numbers are those of onnx.proto.</summary>
public sealed class OnnxBytes
{
    private readonly List<byte[]> _fields = [];

    /// <summary>The operators' version.</summary>
    public long Opset { get; set; } = 17;

    /// <summary>The bytes of the file.</summary>
    public byte[] File => [.. Number(1, 8), .. Bytes(7, [.. _fields.SelectMany(f => f)]), .. Bytes(8, Number(2, Opset))];

    /// <summary>A graph of images in fp32 named <c>x</c>, whose output is named <c>y</c>.</summary>
    /// <param name="extents">The input's; 0 where not fixed.</param>
    public static OnnxBytes Graph(params long[] extents) => new OnnxBytes().Value(11, "x", extents).Value(12, "y");

    public static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    public static byte[] Fraction(int field, float value)
    {
        byte[] bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return [.. Varint(((ulong)field << 3) | 5), .. bytes];
    }

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Bytes(int field, byte[] bytes) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    public static byte[] Tensor(string name, long type, long[] extents, byte[] raw) => [.. extents.SelectMany(e => Number(1, e)), .. Number(2, type), .. Text(8, name), .. Bytes(9, raw)];

    public static byte[] Attribute(string name, long value) => Bytes(5, [.. Text(1, name), .. Number(3, value), .. Number(20, 2)]);

    public static byte[] Attribute(string name, float value) => Bytes(5, [.. Text(1, name), .. Fraction(2, value), .. Number(20, 1)]);

    public static byte[] Attribute(string name, string value) => Bytes(5, [.. Text(1, name), .. Text(4, value), .. Number(20, 3)]);

    public static byte[] Attribute(string name, params long[] values) => Bytes(5, [.. Text(1, name), .. values.SelectMany(v => Number(8, v)), .. Number(20, 7)]);

    /// <summary>A node: <c>inputs</c> and <c>outputs</c> separated by spaces, <c>_</c> for one that is left out.</summary>
    public OnnxBytes Node(string kind, string inputs, string outputs, params byte[][] attributes)
    {
        IEnumerable<byte> Names(int field, string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(n => Text(field, n == "_" ? "" : n));
        return Field(1, [.. Names(1, inputs), .. Names(2, outputs), .. Text(3, $"{kind}_{outputs.Split(' ')[0]}"), .. Text(4, kind), .. attributes.SelectMany(a => a)]);
    }

    /// <summary>A constant of fp32; its values by the formula of the tests' inputs, or as given.</summary>
    public OnnxBytes Constant(string name, long[] extents, params float[] values)
    {
        long count = extents.Aggregate(1L, (a, b) => a * b);
        float[] all = values.Length > 0 ? values : [.. Enumerable.Range(0, (int)count).Select(i => (((i + name.Length) * 7 % 23) - 11) / 16f)];
        return Field(5, Tensor(name, 1, extents, MemoryMarshal.AsBytes(all.AsSpan()).ToArray()));
    }

    /// <summary>A constant of int64.</summary>
    public OnnxBytes Integers(string name, params long[] values) => Field(5, Tensor(name, 7, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

    /// <summary>An input (11) or an output (12).</summary>
    public OnnxBytes Value(int field, string name, params long[] extents)
    {
        byte[] Dimension(long extent) => Bytes(1, extent > 0 ? Number(1, extent) : Text(2, "N"));
        byte[] type = [.. Number(1, 1), .. extents.Length == 0 ? [] : Bytes(2, [.. extents.SelectMany(Dimension)])];
        return Field(field, [.. Text(1, name), .. Bytes(2, Bytes(1, type))]);
    }

    /// <summary>Any field of the graph.</summary>
    public OnnxBytes Field(int field, byte[] message)
    {
        _fields.Add(Bytes(field, message));
        return this;
    }

    /// <summary>What the reference backend computes.</summary>
    public Tensor Run(Tensor input)
    {
        using Model model = Weights.ModelFile.Read(File, "graph.onnx");
        using Session session = new(model, Backends.Create("reference"));
        return session.Predict(input);
    }
}
