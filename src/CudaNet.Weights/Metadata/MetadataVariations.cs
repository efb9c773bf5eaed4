using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// The entry <c>variations</c>: a JSON object, by layer, of the attributes that differ from the usual layer's, or null for a layer that is not there:
/// <c>{"bn1": {"eps": 0.001}, "layer4.0.conv2": {"dilation": 2, "padding": 2, "stride": 1}, "maxpool": null}</c>. Padding is a number, or <c>[top, left, bottom, right]</c>.
/// </summary>
internal static class MetadataVariations
{
    private const string Stride = "stride";
    private const string PaddingName = "padding";
    private const string Dilation = "dilation";
    private const string Epsilon = "eps";
    private const string Kernel = "kernel";
    private const string CeilMode = "ceil_mode";

    /// <summary>The entry's value.</summary>
    /// <param name="network">A network with variations.</param>
    public static string Write(ResNetConfig network)
    {
        LayerGraph usual = ResNet.Build(network with { Variations = new Dictionary<string, LayerOp?>() });
        return $"{{{string.Join(", ", network.Variations.OrderBy(v => usual.Find(v.Key).Index).Select(v => $"\"{JsonEncodedText.Encode(v.Key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\": {Attributes(usual.Find(v.Key).Op, v.Value)}"))}}}";
    }

    /// <summary>The variations that a file's metadata has; none where there is no entry.</summary>
    /// <param name="metadata">The file's entries.</param>
    /// <param name="usual">The usual network of the tensors; built only where there is an entry.</param>
    /// <exception cref="CudaNetException">The entry is malformed, or of layers or attributes that are not there.</exception>
    public static IReadOnlyDictionary<string, LayerOp?> Read(IReadOnlyDictionary<string, string> metadata, ResNetConfig usual)
    {
        Dictionary<string, LayerOp?> variations = new(StringComparer.Ordinal);
        if (!metadata.TryGetValue(MetadataKeys.Variations, out string? text))
        {
            return variations;
        }

        Dictionary<string, LayerNode> layers = ResNet.Build(usual).Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text), new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            foreach (JsonProperty layer in document.RootElement.EnumerateObject())
            {
                variations[layer.Name] = layers.TryGetValue(layer.Name, out LayerNode? node)
                    ? layer.Value.ValueKind == JsonValueKind.Null ? null : Vary(node, layer.Value)
                    : throw Malformed($"speaks of {Printable.Quote(layer.Name)}, which is no layer of the network");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Malformed($"is {Printable.Quote(text)}, expected a JSON object of objects of numbers, by layer");
        }

        return variations;
    }

    private static string Attributes(LayerOp usual, LayerOp? op) => (usual, op) switch
    {
        (Conv2d was, Conv2d now) => Object(Differs(Stride, was.Stride, now.Stride), Differs(PaddingName, was.Padding, now.Padding), Differs(Dilation, was.Dilation, now.Dilation)),
        (BatchNorm2d was, BatchNorm2d now) => Object(Differs(Epsilon, was.Epsilon, now.Epsilon)),
        (MaxPool2d was, MaxPool2d now) => Object(
            Differs(Kernel, was.Kernel, now.Kernel), Differs(Stride, was.Stride, now.Stride), Differs(PaddingName, was.Padding, now.Padding), Differs(CeilMode, was.CeilMode, now.CeilMode)),
        _ => "null",
    };

    private static string? Differs<T>(string name, T was, T now) => EqualityComparer<T>.Default.Equals(was, now) ? null : $"\"{name}\": {Value(now)}";

    private static string Value(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Padding { IsUniform: false } sides => string.Create(CultureInfo.InvariantCulture, $"[{sides.Top}, {sides.Left}, {sides.Bottom}, {sides.Right}]"),
        Padding side => side.Top.ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string Object(params IEnumerable<string?> attributes) => $"{{{string.Join(", ", attributes.OfType<string>())}}}";

    private static LayerOp Vary(LayerNode layer, JsonElement attributes)
    {
        LayerOp op = layer.Op;
        foreach (JsonProperty attribute in attributes.EnumerateObject())
        {
            JsonElement value = attribute.Value;
            op = (op, attribute.Name) switch
            {
                (Conv2d conv, Stride) => conv with { Stride = Number(value) },
                (Conv2d conv, PaddingName) => conv with { Padding = Sides(value) },
                (Conv2d conv, Dilation) => conv with { Dilation = Number(value) },
                (BatchNorm2d norm, Epsilon) => norm with { Epsilon = value.GetDouble() },
                (MaxPool2d pool, Kernel) => pool with { Kernel = Number(value) },
                (MaxPool2d pool, Stride) => pool with { Stride = Number(value) },
                (MaxPool2d pool, PaddingName) => pool with { Padding = Sides(value) },
                (MaxPool2d pool, CeilMode) => pool with { CeilMode = value.GetBoolean() },
                _ => throw Malformed($"gives {Printable.Quote(layer.Name)}, a {op.Kind}, the attribute {Printable.Quote(attribute.Name)}, which does not vary"),
            };
        }

        return op;
    }

    private static int Number(JsonElement value) => value.TryGetInt32(out int number) ? number : throw new FormatException();

    private static Padding Sides(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return Number(value);
        }

        int[] sides = [.. value.EnumerateArray().Select(Number)];
        return sides.Length == 4 ? new Padding(sides[0], sides[1], sides[2], sides[3]) : throw new FormatException();
    }

    private static CudaNetException Malformed(string how) => new($"metadata '{MetadataKeys.Variations}' {how}")
    {
        Hint = "The entry is part of the network: convert the file again from what it was made of.",
    };
}
