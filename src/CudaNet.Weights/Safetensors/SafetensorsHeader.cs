using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Parses the JSON of a safetensors header: names, element types, shapes, byte ranges, and string metadata.</summary>
internal ref struct SafetensorsHeader
{
    private readonly ByteRegion _json;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;

    private SafetensorsHeader(ByteRegion json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json.Span(0, (int)json.Length), new JsonReaderOptions { MaxDepth = 4 });
    }

    /// <exception cref="WeightFormatException">It is not the JSON of a safetensors header.</exception>
    public static (IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata) Parse(ByteRegion json)
    {
        SafetensorsHeader header = new(json);
        try
        {
            header.ReadAll();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // GetString answers invalid UTF-8 and lone surrogates with InvalidOperationException.
            throw header.Error($"the header is not valid JSON: {Cause(exception)}", exception);
        }

        return (header._entries, header._metadata);
    }

    private static string Cause(Exception exception) => exception.Message.Split(". ", 2)[0].Split(" LineNumber", 2)[0].TrimEnd('.');

    private void ReadAll()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        Next(JsonTokenType.StartObject, "the header", "");
        while (NextIsProperty())
        {
            string name = _reader.GetString()!;
            if (!names.Add(name))
            {
                throw Error($"the name {Printable.Quote(name)} appears twice");
            }

            if (name == "__metadata__")
            {
                ReadMetadata();
            }
            else
            {
                _entries.Add(ReadEntry(name));
            }
        }

        if (_reader.Read())
        {
            throw Error("something follows the header's object");
        }
    }

    private void ReadMetadata()
    {
        Next(JsonTokenType.StartObject, "metadata", "__metadata__");
        while (NextIsProperty())
        {
            string key = _reader.GetString()!;
            Next(JsonTokenType.String, "metadata", key);
            if (!_metadata.TryAdd(key, _reader.GetString()!))
            {
                throw Error($"the metadata key {Printable.Quote(key)} appears twice");
            }
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Next(JsonTokenType.StartObject, "tensor", name);
        while (NextIsProperty())
        {
            if (type is null && _reader.ValueTextEquals("dtype"u8))
            {
                type = ReadString(name);
            }
            else if (shape is null && _reader.ValueTextEquals("shape"u8))
            {
                shape = ReadNumbers(name, TensorShape.MaxRank);
            }
            else if (offsets is null && _reader.ValueTextEquals("data_offsets"u8))
            {
                offsets = ReadNumbers(name, 2);
            }
            else
            {
                throw Error($"tensor {Printable.Quote(name)} has an unknown or repeated field {Printable.Quote(_reader.GetString()!)}");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw Error($"tensor {Printable.Quote(name)} lacks one of dtype, shape and two data_offsets");
        }

        return Check(name, type, shape, begin, end);
    }

    private readonly SafetensorsEntry Check(string name, string typeName, long[] extents, long begin, long end)
    {
        WeightType type = WeightTypes.FromSafetensors(typeName)
            ?? throw Error($"tensor {Printable.Quote(name)} has the unknown dtype {Printable.Quote(typeName)}");
        TensorShape shape;
        try
        {
            shape = TensorLayout.ShapeOf(extents);
        }
        catch (ShapeException exception)
        {
            throw Error($"tensor {Printable.Quote(name)}: {exception.Message}", exception);
        }

        return begin >= 0 && end >= begin && (Int128)shape.ElementCount * type.SizeBytes() == end - begin
            ? new SafetensorsEntry(name, type, shape, begin, end)
            : throw Error($"tensor {Printable.Quote(name)} ({shape}, {typeName}) cannot be the bytes {begin} to {end}");
    }

    private string ReadString(string tensor)
    {
        Next(JsonTokenType.String, "dtype of tensor", tensor);
        return _reader.GetString()!;
    }

    private long[] ReadNumbers(string tensor, int most)
    {
        Span<long> numbers = stackalloc long[TensorShape.MaxRank];
        int count = 0;
        Next(JsonTokenType.StartArray, "shape or data_offsets of tensor", tensor);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most || _reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long number) || number < 0)
            {
                throw Error($"tensor {Printable.Quote(tensor)}: expected at most {most} whole numbers from 0 to {long.MaxValue}");
            }

            numbers[count++] = number;
        }

        return numbers[..count].ToArray();
    }

    private bool NextIsProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private void Next(JsonTokenType type, string what, string name)
    {
        if (!_reader.Read() || _reader.TokenType != type)
        {
            string named = name.Length == 0 ? what : $"{what} {Printable.Quote(name)}";
            throw Error($"{named} should be a JSON {(type == JsonTokenType.StartObject ? "object" : type == JsonTokenType.StartArray ? "array" : "string")}");
        }
    }

    private readonly WeightFormatException Error(string message, Exception? inner = null) => _json.Error(_reader.BytesConsumed, message, inner: inner);
}
