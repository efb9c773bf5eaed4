using System.Globalization;
using System.Text;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads labels and preprocessing from a file's string metadata.</summary>
internal static class MetadataReader
{
    private const int MaxSide = 1 << 16;

    /// <param name="metadata">The file's entries.</param>
    /// <param name="architecture">What its tensors say.</param>
    /// <exception cref="CudaNetException">A value is malformed, or contradicts the tensors.</exception>
    public static ModelMetadata Read(IReadOnlyDictionary<string, string> metadata, ResNetConfig architecture)
    {
        if (metadata.TryGetValue(MetadataKeys.Classes, out string? classes) && classes != architecture.Classes.ToString(CultureInfo.InvariantCulture))
        {
            throw Malformed(MetadataKeys.Classes, classes, $"{architecture.Classes}, as many as fc has outputs");
        }

        string[] labels = metadata.TryGetValue(MetadataKeys.Labels, out string? text) ? ReadArray(MetadataKeys.Labels, text, JsonTokenType.String) : [];
        if (text is not null && labels.Length != architecture.Classes)
        {
            throw new CudaNetException($"metadata '{MetadataKeys.Labels}' has {labels.Length} labels for {architecture.Classes} classes");
        }

        bool complete = MetadataKeys.Preprocessing.All(metadata.ContainsKey);
        return new ModelMetadata
        {
            Architecture = architecture,
            Labels = labels,
            Preprocessing = complete ? ReadPreprocessing(metadata, architecture.InputChannels) : null,
            Other = metadata.Where(m => !MetadataKeys.All.Contains(m.Key)).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
        };
    }

    private static Preprocessing ReadPreprocessing(IReadOnlyDictionary<string, string> metadata, int channels)
    {
        string sizeText = metadata[MetadataKeys.InputSize];
        double[] size = ReadNumbers(MetadataKeys.InputSize, sizeText);
        if (size.Length != 3 || size[0] != channels || !size.All(s => s is >= 1 and <= MaxSide && s == Math.Floor(s)))
        {
            throw Malformed(MetadataKeys.InputSize, sizeText, $"[{channels}, height, width]");
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

        return new Preprocessing((int)size[1], (int)size[2], ReadInterpolation(metadata[MetadataKeys.Interpolation]), ReadCrop(metadata[MetadataKeys.Crop]), mean, std);
    }

    private static Interpolation ReadInterpolation(string text) => text switch
    {
        "bilinear" => Interpolation.Bilinear,
        "bicubic" => Interpolation.Bicubic,
        "opencv-linear" => Interpolation.OpenCvLinear,
        _ => throw Malformed(MetadataKeys.Interpolation, text, "bilinear, bicubic or opencv-linear"),
    };

    private static double? ReadCrop(string text) =>
        text == MetadataKeys.NoCrop ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double crop) && crop is > 0 and <= 1 ? crop
        : throw Malformed(MetadataKeys.Crop, text, "none or a fraction above 0 and at most 1");

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
        new($"metadata '{key}' is {Printable.Quote(text)}, expected {expected}") { Hint = "Convert the model again, or open it without its metadata." };
}
