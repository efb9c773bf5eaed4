using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads an ONNX file's messages. Nothing is allocated by a number that the file states: only by what it holds.</summary>
internal static class OnnxModelReader
{
    /// <summary>The most nodes, constants and values of a graph: a thousand times those of a ResNet.</summary>
    private const int MaxItems = 1 << 16;

    private const int MaxAttributes = 64;

    /// <exception cref="WeightFormatException">It is malformed.</exception>
    public static OnnxModel Read(ByteRegion file)
    {
        string producer = "";
        Dictionary<string, long> opsets = new(StringComparer.Ordinal);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        int functions = 0;
        OnnxGraph? graph = null;
        ProtoReader reader = new(file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    producer = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                case 7:
                    graph = graph is null ? Graph(reader.Bytes()) : throw reader.Error("it has two graphs");
                    break;
                case 8:
                    (string domain, long number) = Opset(reader.Bytes());
                    opsets[domain == "ai.onnx" ? "" : domain] = number;
                    break;
                case 14:
                    (string key, string value) = OnnxValueReader.Entry(reader.Bytes());
                    metadata[key] = value;
                    break;
                case 25:
                    functions++;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxModel(producer, opsets, metadata, functions, graph ?? throw file.Error(0, "the ONNX model has no graph", "Export or download it again."));
    }

    private static (string Domain, long Version) Opset(ByteRegion message)
    {
        string domain = "";
        long version = 0;
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    domain = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                case 2:
                    version = reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (domain, version);
    }

    private static OnnxGraph Graph(ByteRegion message)
    {
        string name = "";
        List<OnnxNode> nodes = [];
        List<OnnxTensor> initializers = [];
        List<OnnxValueInfo> inputs = [], outputs = [];
        int sparse = 0;
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    Add(nodes, Node(reader.Bytes(), nodes.Count), reader);
                    break;
                case 2:
                    name = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                case 5:
                    Add(initializers, OnnxValueReader.Tensor(reader.Bytes()), reader);
                    break;
                case 11:
                    Add(inputs, OnnxValueReader.Value(reader.Bytes()), reader);
                    break;
                case 12:
                    Add(outputs, OnnxValueReader.Value(reader.Bytes()), reader);
                    break;
                case 15:
                    sparse++;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxGraph(name, nodes, initializers, sparse, inputs, outputs);
    }

    private static void Add<T>(List<T> items, T item, ProtoReader reader)
    {
        items.Add(items.Count < MaxItems ? item : throw reader.Error($"the graph has more than {MaxItems} nodes, constants or values, the most that are read"));
    }

    private static OnnxNode Node(ByteRegion message, int index)
    {
        string name = "", kind = "", domain = "";
        List<string> inputs = [], outputs = [];
        Dictionary<string, OnnxAttribute> attributes = new(0, StringComparer.Ordinal);
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    inputs.Add(reader.Text(OnnxValueReader.MaxNameBytes));
                    break;
                case 2:
                    outputs.Add(reader.Text(OnnxValueReader.MaxNameBytes));
                    break;
                case 3:
                    name = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                case 4:
                    kind = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                case 5:
                    OnnxAttribute attribute = Attribute(reader.Bytes());
                    attributes[attribute.Name] = attributes.Count < MaxAttributes ? attribute : throw reader.Error($"node {Printable.Quote(name)} has more than {MaxAttributes} attributes");
                    break;
                case 7:
                    domain = reader.Text(OnnxValueReader.MaxNameBytes);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxNode(index, name, kind, domain == "ai.onnx" ? "" : domain, inputs, outputs, attributes);
    }

    private static OnnxAttribute Attribute(ByteRegion message)
    {
        OnnxAttribute attribute = new("");
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    attribute = attribute with { Name = reader.Text(OnnxValueReader.MaxNameBytes) };
                    break;
                case 2:
                    attribute.Single = reader.Single();
                    break;
                case 3:
                    attribute.Integer = reader.Integer();
                    break;
                case 4:
                    attribute.Text = reader.Text(OnnxValueReader.MaxTextBytes);
                    break;
                case 5:
                    attribute.Tensor = OnnxValueReader.Tensor(reader.Bytes());
                    break;
                case 7:
                    ByteRegion values = reader.Values();
                    for (int at = 0; at + sizeof(float) <= values.Length; at += sizeof(float))
                    {
                        attribute.Singles.Add(BitConverter.ToSingle(values.Span(at, sizeof(float))));
                    }

                    break;
                case 8:
                    reader.Integers(attribute.Integers);
                    break;
                case 6 or 9 or 10 or 11 or 14 or 15 or 21 or 22 or 23:
                    attribute.IsOther = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return attribute;
    }
}
