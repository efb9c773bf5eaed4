using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Writes what <see cref="MetadataReader"/> reads.</summary>
internal static class MetadataWriter
{
    /// <summary>All entries in a fixed order: format, architecture, classes, variations, labels, preprocessing, then the others by name.</summary>
    /// <param name="metadata">What the file says beside its weights.</param>
    /// <param name="network">What the file is.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Entries(ModelMetadata metadata, ResNetConfig network)
    {
        List<KeyValuePair<string, string>> entries =
        [
            new(MetadataKeys.Format, "pt"),
            new(MetadataKeys.Architecture, network.Name),
        ];
        if (network.Classes > 0)
        {
            entries.Add(new(MetadataKeys.Classes, network.Classes.ToString(CultureInfo.InvariantCulture)));
        }

        if (network.HeadWidth > 0)
        {
            entries.Add(new(MetadataKeys.HeadActivation, network.HeadActivation == HeadActivation.ReLU ? "relu" : "none"));
        }

        if (network.Variations.Count > 0)
        {
            entries.Add(new(MetadataKeys.Variations, MetadataVariations.Write(network)));
        }

        if (metadata.Labels.Count > 0)
        {
            entries.Add(new(MetadataKeys.Labels, Strings(metadata.Labels)));
        }

        if (metadata.Preprocessing is { } preprocessing)
        {
            entries.Add(new(MetadataKeys.InputSize, Numbers([network.InputChannels, preprocessing.Height, preprocessing.Width])));
            entries.Add(new(MetadataKeys.Mean, Numbers(preprocessing.Mean)));
            entries.Add(new(MetadataKeys.Std, Numbers(preprocessing.Std)));
            entries.Add(new(MetadataKeys.Interpolation, preprocessing.Interpolation.Name()));
            entries.Add(new(MetadataKeys.Crop, preprocessing.Crop is { } crop ? Number(crop) : MetadataKeys.NoCrop));
        }

        entries.AddRange(metadata.Other.Where(o => !MetadataKeys.All.Contains(o.Key)).OrderBy(o => o.Key, StringComparer.Ordinal));
        return entries;
    }

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Numbers(IEnumerable<double> numbers) => $"[{string.Join(", ", numbers.Select(Number))}]";

    private static string Strings(IEnumerable<string> values) =>
        $"[{string.Join(", ", values.Select(v => $"\"{JsonEncodedText.Encode(v, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""))}]";
}
