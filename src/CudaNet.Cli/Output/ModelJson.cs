using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What several commands say about models, the same way.</summary>
internal static class ModelJson
{
    /// <summary>Object <c>preprocessing</c>; null where there is none.</summary>
    public static void WritePreprocessing(this Utf8JsonWriter json, Preprocessing? rule)
    {
        if (rule is null)
        {
            json.WriteNull("preprocessing");
            return;
        }

        json.WriteStartObject("preprocessing");
        json.WriteNumber("height", rule.Height);
        json.WriteNumber("width", rule.Width);
        json.WriteString("interpolation", rule.Interpolation.Name());
        json.WriteOptional("crop", rule.Crop);
        WriteNumbers(json, "mean", rule.Mean);
        WriteNumbers(json, "std", rule.Std);
        WriteNumbers(json, "channelOrder", [.. rule.ChannelOrder.Take(rule.Mean.Count).Select(c => (double)c)]);
        json.WriteString("meanImage", rule.MeanImage is { } image ? Sha256.Of(MemoryMarshal.AsBytes(image.Values)) : null);
        json.WriteEndObject();
    }

    /// <summary>The same in a line.</summary>
    public static string Describe(Preprocessing rule) =>
        string.Create(CultureInfo.InvariantCulture, $"{rule.Height}x{rule.Width}, {rule.Interpolation.Name()}, crop {(rule.Crop is { } crop ? $"{crop}" : "none")}, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean {string.Join(' ', rule.Mean)}, std {string.Join(' ', rule.Std)}")
        + (rule.Mean.Count == 3 && !rule.ChannelOrder.SequenceEqual(Preprocessing.RedGreenBlue) ? $", channels {string.Concat(rule.ChannelOrder.Select(c => "RGB"[c]))}" : "")
        + (rule.MeanImage is { } image ? $", mean image {image.Shape}" : "");

    /// <summary>Object <c>origins</c>: where each setting comes from.</summary>
    public static void WriteOrigins(this Utf8JsonWriter json, MetadataOrigins origins)
    {
        json.WriteStartObject("origins");
        json.WriteString("architecture", origins.Architecture);
        json.WriteString("labels", origins.Labels);
        json.WriteString("preprocessing", origins.Preprocessing);
        json.WriteEndObject();
    }

    /// <summary>The same in a line.</summary>
    public static string Describe(MetadataOrigins origins) =>
        $"architecture: {origins.Architecture ?? "its name"}; labels: {origins.Labels ?? "none"}; preprocessing: {origins.Preprocessing ?? "none"}";

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
