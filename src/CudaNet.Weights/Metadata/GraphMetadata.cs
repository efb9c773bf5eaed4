using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// A graph as an entry of a file's metadata: what names and shapes cannot tell of a network that is no ResNet of timm's. JSON: the input, the nodes in the order in which
/// they run, and the output's name. <c>docs/weights.md</c> has an example.
/// </summary>
internal static class GraphMetadata
{
    private const int MaxNodes = 1 << 16;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(LayerGraph graph)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Compact))
        {
            GraphInput input = (GraphInput)graph.Input.Op;
            json.WriteStartObject();
            json.WriteStartObject("input");
            json.WriteNumber("channels", input.Channels);
            WriteSide(json, "height", input.Height);
            WriteSide(json, "width", input.Width);
            WriteNames(json, "aliases", graph.Input.Aliases);
            json.WriteEndObject();
            json.WriteStartArray("layers");
            foreach (LayerNode node in graph.Layers)
            {
                json.WriteStartObject();
                json.WriteString("name", node.Name);
                json.WriteString("op", node.Op.Kind);
                WriteNames(json, "inputs", node.Inputs.Select(i => i.Name));
                WriteNames(json, "aliases", node.Aliases);
                GraphOperators.Write(json, node);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("output", graph.Output.Name);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="CudaNetException">It is no such graph.</exception>
    public static LayerGraph Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or ArgumentException or CudaNetException)
        {
            throw new CudaNetException($"metadata '{MetadataKeys.Graph}' describes no network: {Printable.Text(exception.Message)}", exception) { Hint = "Convert the file again from its source." };
        }
    }

    private static LayerGraph Read(JsonElement root)
    {
        JsonElement input = root.GetProperty("input");
        GraphBuilder builder = new(new GraphInput(input.GetProperty("channels").GetInt32(), Side(input, "height"), Side(input, "width")), Names(input, "aliases"));
        Dictionary<string, LayerNode> nodes = new(StringComparer.Ordinal) { [builder.Input.Name] = builder.Input };
        JsonElement layers = root.GetProperty("layers");
        if (layers.GetArrayLength() > MaxNodes)
        {
            throw new CudaNetException($"it has more than {MaxNodes} layers");
        }

        foreach (JsonElement layer in layers.EnumerateArray())
        {
            string name = layer.GetProperty("name").GetString()!;
            LayerNode[] inputs = [.. Names(layer, "inputs").Select(i => nodes.GetValueOrDefault(i) ?? throw new CudaNetException($"layer {Printable.Quote(name)} reads {Printable.Quote(i)}, which no layer before it is"))];
            if (inputs.Length is < 1 or > 2)
            {
                throw new CudaNetException($"layer {Printable.Quote(name)} reads {inputs.Length} layers");
            }

            nodes[name] = builder.Add(name, GraphOperators.Read(layer), inputs[0], inputs.ElementAtOrDefault(1), Names(layer, "aliases"));
        }

        string output = root.GetProperty("output").GetString()!;
        return builder.Build(nodes.GetValueOrDefault(output) ?? throw new CudaNetException($"its output {Printable.Quote(output)} is no layer"));
    }

    private static int? Side(JsonElement input, string name) => input.TryGetProperty(name, out JsonElement side) ? side.GetInt32() : null;

    private static string[] Names(JsonElement element, string key) => element.TryGetProperty(key, out JsonElement names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];

    private static void WriteSide(Utf8JsonWriter json, string name, int? side)
    {
        if (side is { } pixels)
        {
            json.WriteNumber(name, pixels);
        }
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length == 0)
        {
            return;
        }

        json.WriteStartArray(key);
        foreach (string name in all)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}
