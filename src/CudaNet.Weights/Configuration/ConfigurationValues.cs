using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A JSON object of a configuration, whose values are asked for by name; null counts as not there.</summary>
/// <param name="element">The object.</param>
/// <param name="file">The file, for messages.</param>
/// <param name="under">The keys that led to it, with a dot behind each.</param>
internal sealed class ConfigurationValues(JsonElement element, string file, string under)
{
    /// <summary>The file.</summary>
    public string File => file;

    /// <summary>The file's name, without its folder.</summary>
    public string Name => Path.GetFileName(file);

    /// <summary>Every name that stands in it.</summary>
    public IEnumerable<string> Keys => element.EnumerateObject().Select(p => p.Name);

    /// <summary>True where there is a value.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>True for a value of that kind; any other is none of an error's business.</summary>
    public bool Has(string key, JsonValueKind kind) => Find(key)?.ValueKind == kind;

    /// <summary>The value as it is.</summary>
    public JsonElement? Find(string key) => element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <exception cref="CudaNetException">It is something else; so in all that follow.</exception>
    public ConfigurationValues? Object(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigurationValues(value, file, $"{under}{key}.") : throw Malformed(key, "an object");

    public string? Text(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed(key, "a text");

    public bool? Flag(string key) => Find(key)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Malformed(key, "true or false"),
    };

    /// <summary>A finite number.</summary>
    public double? Number(string key) => Find(key) is not { } value ? null : Number(value) ?? throw Malformed(key, "a finite number");

    /// <summary>A number without a fraction.</summary>
    public int? Whole(string key) => Find(key) is not { } value ? null : Whole(value) ?? throw Malformed(key, "a whole number");

    /// <summary>A list of finite numbers; a number by itself is a list of one.</summary>
    public double[]? Numbers(string key) => Find(key) is not { } value ? null
        : value.ValueKind != JsonValueKind.Array ? [Number(value) ?? throw Malformed(key, "numbers")]
        : [.. value.EnumerateArray().Select(v => Number(v) ?? throw Malformed(key, "a list of finite numbers"))];

    /// <summary>A list of whole numbers.</summary>
    public int[]? Wholes(string key) => Find(key) is not { } value ? null
        : value.ValueKind != JsonValueKind.Array ? throw Malformed(key, "a list of whole numbers")
        : [.. value.EnumerateArray().Select(v => Whole(v) ?? throw Malformed(key, "a list of whole numbers"))];

    /// <summary>What is said of a value that cannot be.</summary>
    public CudaNetException Malformed(string key, string expected) =>
        new($"'{under}{key}' is {Printable.Quote(Raw(key))}, expected {expected}") { File = file, Hint = MetadataReader.Remedy };

    /// <summary>What is said of a network that is computed otherwise.</summary>
    public CudaNetException Relative(string key, string what) =>
        new($"'{under}{key}' is {Printable.Quote(Raw(key))}: {what}")
        {
            File = file,
            Hint = $"{ArchitectureInference.Supported} If {Name} belongs to other weights, put these into another folder.",
        };

    /// <summary>A value as the file writes it, a text without its quotes.</summary>
    public string Raw(string key) => Find(key) is not { } value ? "null" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;

    private static int? Whole(JsonElement value) => Number(value) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;
}
