using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Writes what <see cref="MetadataReader"/> reads.</summary>
internal static class MetadataWriter
{
    /// <summary>The entries of a safetensors file: <c>format</c>, those of any, and the graph of a network that names and shapes do not tell.</summary>
    /// <param name="metadata">What the file says beside its weights.</param>
    /// <param name="graph">The network.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Entries(ModelMetadata metadata, LayerGraph graph) =>
    [
        new(MetadataKeys.Format, "pt"),
        .. Entries(metadata, NetworkFacts.Of(graph, metadata.Architecture, metadata.ResNet)),
        .. metadata.ResNet is null ? [new(MetadataKeys.Graph, GraphMetadata.Write(graph))] : (KeyValuePair<string, string>[])[],
    ];

    /// <summary>The entries of any file in a fixed order: architecture, classes, variations, labels, preprocessing, then the others by name.</summary>
    /// <param name="metadata">What the file says beside its weights.</param>
    /// <param name="network">What the file is.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Entries(ModelMetadata metadata, NetworkFacts network)
    {
        List<KeyValuePair<string, string>> entries = [new(MetadataKeys.Architecture, network.Architecture)];
        if (network.Classes is { } classes)
        {
            entries.Add(new(MetadataKeys.Classes, classes.ToString(CultureInfo.InvariantCulture)));
        }

        if (network.ResNet is { HeadWidth: > 0 } headed)
        {
            entries.Add(new(MetadataKeys.HeadActivation, headed.HeadActivation == HeadActivation.ReLU ? "relu" : "none"));
        }

        if (network.ResNet is { Variations.Count: > 0 } varied)
        {
            entries.Add(new(MetadataKeys.Variations, MetadataVariations.Write(varied)));
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
            if (!preprocessing.ChannelOrder.SequenceEqual(Preprocessing.RedGreenBlue))
            {
                entries.Add(new(MetadataKeys.ChannelOrder, Numbers(preprocessing.ChannelOrder.Select(c => (double)c))));
            }

            if (preprocessing.MeanImage is not null)
            {
                entries.Add(new(MetadataKeys.MeanImage, MetadataKeys.MeanImageTensor));
            }
        }

        entries.AddRange(metadata.Other.Where(o => !MetadataKeys.All.Contains(o.Key)).OrderBy(o => o.Key, StringComparer.Ordinal));
        return entries;
    }

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Numbers(IEnumerable<double> numbers) => $"[{string.Join(", ", numbers.Select(Number))}]";

    private static string Strings(IEnumerable<string> values) =>
        $"[{string.Join(", ", values.Select(v => $"\"{JsonEncodedText.Encode(v, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""))}]";
}
