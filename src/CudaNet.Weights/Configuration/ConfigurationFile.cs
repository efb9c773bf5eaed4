using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads a JSON file that lies beside weights: of bounded size and depth, and left alone where it is no JSON object.</summary>
internal static class ConfigurationFile
{
    private const int MaxBytes = 4 << 20, MaxDepth = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The file's object; null where there is no such file, or it is left alone, which a note says.</summary>
    public static ConfigurationValues? Open(string folder, string name, List<string> notes)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            byte[]? bytes = RegularFile.Read(path, ReadAll);
            if (bytes is null)
            {
                notes.Add($"{path} is left alone: it has more than {MaxBytes} bytes");
                return null;
            }

            ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith(ByteOrderMark) ? bytes.AsMemory(ByteOrderMark.Length) : bytes;
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? new ConfigurationValues(document.RootElement.Clone(), path, "") : null;
        }
        catch (JsonException)
        {
            notes.Add($"{path} is left alone: it is no JSON, or nests deeper than {MaxDepth} levels");
        }
        catch (CudaNetException exception)
        {
            notes.Add($"{exception.Message}: it is left alone");
        }

        return null;
    }

    private static byte[]? ReadAll(FileStream file)
    {
        if (file.Length > MaxBytes)
        {
            return null;
        }

        byte[] bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    }
}
