using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CudaNet.Weights;

/// <summary>
/// Writes safetensors as the reference implementation lays them out: metadata first, tensors by falling element size, then by name, so that
/// every tensor is aligned; the header padded with spaces to a multiple of 8.
/// </summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Values by name; fp16, bf16 and fp32 are written as they are stored, every other type as fp32.</param>
    /// <param name="metadata">String entries, in this order.</param>
    /// <param name="cancellation">Looked at before each tensor.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Write(Stream stream, IEnumerable<WeightTensor> tensors, IEnumerable<KeyValuePair<string, string>> metadata, CancellationToken cancellation = default)
    {
        WeightTensor[] ordered = [.. tensors.OrderByDescending(t => WrittenType(t).SizeBytes()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        ReadOnlySpan<byte> header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (WeightTensor tensor in ordered)
        {
            cancellation.ThrowIfCancellationRequested();
            if (WrittenType(tensor) == tensor.Type)
            {
                stream.Write(tensor.ReadBytes());
            }
            else
            {
                stream.Write(Bytes(tensor.Read().Values));
            }
        }
    }

    /// <summary>The type that a tensor is written as.</summary>
    public static WeightType WrittenType(WeightTensor tensor) =>
        tensor.Type is WeightType.Float32 or WeightType.Float16 or WeightType.BFloat16 ? tensor.Type : WeightType.Float32;

    /// <summary>Numbers as they are stored: fp32, little-endian.</summary>
    public static byte[] Bytes(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return bytes;
    }

    private static ReadOnlySpan<byte> Header(WeightTensor[] tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (WeightTensor tensor in tensors)
            {
                offset = WriteEntry(json, tensor, offset);
            }

            json.WriteEndObject();
        }

        int padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan;
    }

    private static long WriteEntry(Utf8JsonWriter json, WeightTensor tensor, long offset)
    {
        WeightType type = WrittenType(tensor);
        long end = offset + (tensor.Shape.ElementCount * type.SizeBytes());
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", type.SafetensorsName());
        json.WriteStartArray("shape");
        foreach (int extent in tensor.Shape.Extents)
        {
            json.WriteNumberValue(extent);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
