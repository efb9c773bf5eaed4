using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>An attribute's value as Python writes it, for messages.</summary>
internal static class AttributeText
{
    private const int MaxItems = 8;
    private const int MaxDepth = 2;

    public static string Of(object? value) => Of(value, 0);

    private static string Of(object? value, int depth) => value switch
    {
        null => "None",
        true => "True",
        false => "False",
        string text => Printable.Quote(text),
        long or int or double => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        object?[] items => depth < MaxDepth ? $"({Items(items, depth)})" : "…",
        List<object?> items => depth < MaxDepth ? $"[{Items(items, depth)}]" : "…",
        ScriptUnknown unknown => unknown.ToString(),
        _ => PickleValues.Describe(value),
    };

    private static string Items(IReadOnlyList<object?> items, int depth) =>
        string.Join(", ", items.Take(MaxItems).Select(i => Of(i, depth + 1))) + (items.Count > MaxItems ? ", …" : "");
}
