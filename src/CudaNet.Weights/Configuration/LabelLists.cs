using System.Globalization;
using System.Text.Json;

namespace CudaNet.Weights;

/// <summary>Labels as JSON has them: a list of texts, or an object from each class's number to its label (transformers' <c>id2label</c>).</summary>
internal static class LabelLists
{
    /// <summary>A label a class, in order of the logits; null where it is neither.</summary>
    public static string[]? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => All([.. value.EnumerateArray().Select(Label)]),
        JsonValueKind.Object => OfNumbers(value),
        _ => null,
    };

    /// <summary>True for the names that transformers gives to classes without a label: <c>LABEL_0</c>.</summary>
    public static bool ArePlaceholders(IReadOnlyList<string> labels) => labels.Count > 0 && labels.Index().All(l => l.Item == $"LABEL_{l.Index}");

    private static string[]? OfNumbers(JsonElement map)
    {
        Dictionary<int, string?> labels = [];
        foreach (JsonProperty property in map.EnumerateObject())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || !labels.TryAdd(index, Label(property.Value)))
            {
                return null;
            }
        }

        return labels.Count > 0 && labels.Keys.Max() == labels.Count - 1 ? All([.. labels.OrderBy(l => l.Key).Select(l => l.Value)]) : null;
    }

    /// <summary>A text; of a list of texts the last, as in ImageNet's <c>["n01440764", "tench"]</c>.</summary>
    private static string? Label(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array when value.GetArrayLength() > 0 && value[value.GetArrayLength() - 1] is { ValueKind: JsonValueKind.String } last => last.GetString(),
        _ => null,
    };

    private static string[]? All(string?[] labels) => labels.OfType<string>().ToArray() is { Length: > 0 } all && all.Length == labels.Length ? all : null;
}
