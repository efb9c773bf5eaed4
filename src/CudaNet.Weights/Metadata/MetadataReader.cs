using System.Globalization;
using System.Text;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads labels and preprocessing from a file's string metadata, and holds what it says of the network against the tensors.</summary>
internal static class MetadataReader
{
    /// <summary>The way round.</summary>
    public const string Remedy = "`cudanet convert --ignore-metadata` (in code ModelFileOptions.IgnoreMetadata) takes the weights alone.";

    private const string OwnMetadata = "the file's metadata";

    /// <param name="metadata">The file's entries.</param>
    /// <param name="network">What its tensors, or the file itself, say.</param>
    /// <param name="meanImage">The tensor of the file that <see cref="MetadataKeys.MeanImage"/> speaks of; null where there is none.</param>
    /// <exception cref="CudaNetException">A value is malformed or contradicts the tensors, or preprocessing is incomplete.</exception>
    public static ModelMetadata Read(IReadOnlyDictionary<string, string> metadata, NetworkFacts network, Tensor? meanImage)
    {
        if (network.ResNet is { } config)
        {
            CheckArchitecture(metadata, config);
        }

        if (network.Classes is { } outputs && metadata.TryGetValue(MetadataKeys.Classes, out string? classes) && classes != outputs.ToString(CultureInfo.InvariantCulture))
        {
            throw Malformed(MetadataKeys.Classes, classes, $"{outputs}, as many as {network.OutputName} has outputs");
        }

        string[] labels = metadata.TryGetValue(MetadataKeys.Labels, out string? text) ? ReadArray(MetadataKeys.Labels, text, JsonTokenType.String) : [];
        if (text is not null && network.Classes is { } labelled && labels.Length != labelled)
        {
            throw new CudaNetException($"metadata '{MetadataKeys.Labels}' has {labels.Length} labels for {labelled} classes") { Hint = Remedy };
        }

        bool saysPreprocessing = SaysPreprocessing(metadata);
        return new ModelMetadata
        {
            Architecture = network.Architecture,
            ResNet = network.ResNet,
            Labels = labels,
            Preprocessing = saysPreprocessing ? ReadPreprocessing(metadata, network.InputChannels, meanImage) : null,
            Origins = new MetadataOrigins
            {
                Architecture = network.ResNet is null ? "the file" : "the tensors",
                Labels = labels.Length > 0 ? OwnMetadata : null,
                Preprocessing = saysPreprocessing ? OwnMetadata : null,
            },
            Other = metadata.Where(m => !MetadataKeys.All.Contains(m.Key)).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
        };
    }

    /// <summary>What stands between the two linear layers of a head; null where the file does not say.</summary>
    /// <exception cref="CudaNetException">It is something else.</exception>
    public static HeadActivation? ReadHeadActivation(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(MetadataKeys.HeadActivation) switch
    {
        null => null,
        "relu" => HeadActivation.ReLU,
        "none" => HeadActivation.None,
        var other => throw Malformed(MetadataKeys.HeadActivation, other, "relu or none"),
    };

    /// <summary>
    /// Only a relative's or another network's name contradicts the tensors: names of people's own say nothing, nor do timm's tags
    /// (<c>.a1_in1k</c>).
    /// </summary>
    private static void CheckArchitecture(IReadOnlyDictionary<string, string> metadata, ResNetConfig architecture)
    {
        string declared = metadata.GetValueOrDefault(MetadataKeys.Architecture, architecture.Name);
        string name = declared.Split('.')[0];
        if (RelativeNames.IsRelative(name))
        {
            throw new CudaNetException($"metadata '{MetadataKeys.Architecture}' is {Printable.Quote(declared)}, a relative of ResNet with another structure") { Hint = ArchitectureInference.Supported };
        }

        if (ResNet.Names.Contains(name) && name != architecture.Name)
        {
            throw Malformed(MetadataKeys.Architecture, declared, $"{architecture.Name}, as the tensors are");
        }
    }

    /// <summary>True where all keys are there, false where none is.</summary>
    private static bool SaysPreprocessing(IReadOnlyDictionary<string, string> metadata)
    {
        string[] missing = [.. MetadataKeys.Preprocessing.Where(k => !metadata.ContainsKey(k))];
        if (missing.Length > 0 && (missing.Length < MetadataKeys.Preprocessing.Count || MetadataKeys.MorePreprocessing.Any(metadata.ContainsKey)))
        {
            throw new CudaNetException($"the metadata says only in part how images become inputs: {Printable.List(missing)} missing") { Hint = Remedy };
        }

        return missing.Length == 0;
    }

    private static Preprocessing ReadPreprocessing(IReadOnlyDictionary<string, string> metadata, int channels, Tensor? meanImage)
    {
        string sizeText = metadata[MetadataKeys.InputSize];
        double[] size = ReadNumbers(MetadataKeys.InputSize, sizeText);
        if (size.Length != 3 || size[0] != channels || !size.All(s => s is >= 1 and <= Preprocessing.MaxSide && s == Math.Floor(s)))
        {
            throw Malformed(MetadataKeys.InputSize, sizeText, $"[{channels}, height, width], each side 1 to {Preprocessing.MaxSide}");
        }

        double[] mean = ReadNumbers(MetadataKeys.Mean, metadata[MetadataKeys.Mean]);
        double[] std = ReadNumbers(MetadataKeys.Std, metadata[MetadataKeys.Std]);
        if (mean.Length != channels)
        {
            throw Malformed(MetadataKeys.Mean, metadata[MetadataKeys.Mean], $"{channels} numbers");
        }

        if (std.Length != channels || std.Any(s => s <= 0))
        {
            throw Malformed(MetadataKeys.Std, metadata[MetadataKeys.Std], $"{channels} numbers above 0");
        }

        return new Preprocessing((int)size[1], (int)size[2], ReadInterpolation(metadata[MetadataKeys.Interpolation]), ReadCrop(metadata[MetadataKeys.Crop]), mean, std)
        {
            ChannelOrder = metadata.TryGetValue(MetadataKeys.ChannelOrder, out string? order) ? ReadOrder(order) : Preprocessing.RedGreenBlue,
            MeanImage = metadata.TryGetValue(MetadataKeys.MeanImage, out string? name) ? ReadMeanImage(name, meanImage, new TensorShape(channels, (int)size[1], (int)size[2])) : null,
        };
    }

    private static int[] ReadOrder(string text) => ReadNumbers(MetadataKeys.ChannelOrder, text) is var order && order.Order().SequenceEqual([0, 1, 2]) ? [.. order.Select(c => (int)c)]
        : throw Malformed(MetadataKeys.ChannelOrder, text, "0, 1 and 2 in some order");

    private static Tensor ReadMeanImage(string name, Tensor? image, TensorShape wanted)
    {
        if (name != MetadataKeys.MeanImageTensor)
        {
            throw Malformed(MetadataKeys.MeanImage, name, MetadataKeys.MeanImageTensor);
        }

        if (image is null || image.Shape != wanted)
        {
            throw new CudaNetException($"tensor '{MetadataKeys.MeanImageTensor}', of which metadata '{MetadataKeys.MeanImage}' speaks, {(image is null ? "is not there" : $"has the shape {image.Shape}")}, expected {wanted}") { Hint = Remedy };
        }

        foreach (float value in image.Values)
        {
            if (!float.IsFinite(value))
            {
                throw new CudaNetException($"tensor '{MetadataKeys.MeanImageTensor}' has values that are no finite numbers") { Hint = Remedy };
            }
        }

        return image;
    }

    private static Interpolation ReadInterpolation(string text) =>
        InterpolationNames.Parse(text) ?? throw Malformed(MetadataKeys.Interpolation, text, $"one of {string.Join(", ", InterpolationNames.All)}");

    private static double? ReadCrop(string text) =>
        text == MetadataKeys.NoCrop ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double crop) && crop is >= Preprocessing.MinCrop and <= 1 ? crop
        : throw Malformed(MetadataKeys.Crop, text, FormattableString.Invariant($"none or a fraction from {Preprocessing.MinCrop} to 1"));

    private static double[] ReadNumbers(string key, string text)
    {
        double[] numbers = [.. ReadArray(key, text, JsonTokenType.Number).Select(n => double.Parse(n, NumberStyles.Float, CultureInfo.InvariantCulture))];
        return numbers.All(double.IsFinite) ? numbers : throw Malformed(key, text, "finite numbers");
    }

    private static string[] ReadArray(string key, string text, JsonTokenType type)
    {
        List<string> values = [];
        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 2 });
            bool isArray = reader.Read() && reader.TokenType == JsonTokenType.StartArray;
            while (isArray && reader.Read() && reader.TokenType == type)
            {
                values.Add(type == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan));
            }

            if (isArray && reader.TokenType == JsonTokenType.EndArray && !reader.Read())
            {
                return [.. values];
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Falls through to the one message.
        }

        throw Malformed(key, text, $"a JSON array of {(type == JsonTokenType.String ? "strings" : "numbers")}");
    }

    private static CudaNetException Malformed(string key, string text, string expected) =>
        new($"metadata '{key}' is {Printable.Quote(text)}, expected {expected}") { Hint = Remedy };
}
