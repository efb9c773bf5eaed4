using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>safetensors files made by hand, right or wrong.</summary>
public static class SafetensorsBytes
{
    /// <summary>A header as it stands, and data behind it.</summary>
    public static byte[] Of(string header, int dataBytes = 0)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    /// <summary>These tensors, without metadata.</summary>
    public static byte[] Values(IEnumerable<(string Name, TensorShape Shape, float[] Values)> tensors)
    {
        (string Name, TensorShape Shape, float[] Values)[] all = [.. tensors];
        byte[] file = Zeros(all.Select(t => KeyValuePair.Create(t.Name, t.Shape)));
        int at = file.Length - all.Sum(t => sizeof(float) * t.Values.Length);
        foreach ((_, _, float[] values) in all)
        {
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(file.AsSpan(at));
            at += sizeof(float) * values.Length;
        }

        return file;
    }

    /// <summary>Zeros of these shapes, with metadata.</summary>
    public static byte[] Zeros(IEnumerable<KeyValuePair<string, TensorShape>> shapes, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        StringBuilder header = new("{\"__metadata__\":{");
        foreach ((string key, string value) in metadata)
        {
            header.Append(header[^1] == '{' ? "" : ",").Append('"').Append(key).Append("\":\"").Append(value.Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        header.Append('}');
        long offset = 0;
        foreach ((string name, TensorShape shape) in shapes)
        {
            long end = offset + (4 * shape.ElementCount);
            header.Append($",\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape.Extents.ToArray())}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        return Of(header.Append('}').ToString(), (int)offset);
    }
}
