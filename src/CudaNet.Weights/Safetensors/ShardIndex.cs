using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Parses <c>*.index.json</c>: <c>weight_map</c> gives the file, in the same folder, of every tensor.</summary>
internal static class ShardIndex
{
    /// <summary>Tensor name to file name.</summary>
    /// <exception cref="WeightFormatException">It is not such an index.</exception>
    public static IReadOnlyDictionary<string, string> Parse(FileBytes file)
    {
        if (file.Length > SafetensorsReader.MaxHeaderBytes)
        {
            throw file.All.Error(0, $"an index of {file.Length} bytes is beyond {SafetensorsReader.MaxHeaderBytes}");
        }

        Utf8JsonReader reader = new(file.Span(0, (int)file.Length), new JsonReaderOptions { MaxDepth = 16 });
        Dictionary<string, string>? map = null;
        try
        {
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isMap = reader.ValueTextEquals("weight_map"u8);
                reader.Read();
                if (isMap && map is null && reader.TokenType == JsonTokenType.StartObject)
                {
                    map = ReadMap(ref reader, file);
                }
                else if (isMap)
                {
                    throw file.All.Error(reader.BytesConsumed, "weight_map should be one JSON object");
                }
                else
                {
                    reader.Skip();
                }
            }

            if (isObject)
            {
                reader.Read();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw file.All.Error(reader.BytesConsumed, "the file is not valid JSON", inner: exception);
        }

        return map ?? throw file.All.Error(0, "the JSON has no weight_map from tensor names to files", "Name the index (*.index.json) or a weight file.");
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader reader, FileBytes file)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            string? shard = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            if (string.IsNullOrEmpty(shard) || shard is "." or ".." || shard.AsSpan().IndexOfAny("/\\:\0") >= 0)
            {
                throw file.All.Error(reader.BytesConsumed, $"tensor {Printable.Quote(name)} should name a file in the index's own folder, not {Printable.Quote(shard ?? reader.TokenType.ToString())}");
            }

            if (!map.TryAdd(name, shard))
            {
                throw file.All.Error(reader.BytesConsumed, $"the name {Printable.Quote(name)} appears twice");
            }
        }

        return map;
    }
}
