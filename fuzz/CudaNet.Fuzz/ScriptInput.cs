using System.IO.Compression;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Fuzz;

/// <summary>TorchScript's code as one text, so that edits meet the code and not the archive's compression.</summary>
internal static class ScriptInput
{
    private const string Mark = "#### ";

    private static readonly Lazy<byte[]> Scripted = new(() => Read("scripted"));
    private static readonly Lazy<byte[]> Traced = new(() => Read("traced"));

    /// <summary>The archive with the code that a text holds.</summary>
    public static byte[] Archive(byte[] text)
    {
        using MemoryStream stream = new();
        stream.Write(text.AsSpan().StartsWith("#### traced"u8) ? Traced.Value : Scripted.Value);
        using (ZipArchive archive = new(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (string part in ("\n" + Encoding.Latin1.GetString(text)).Split("\n" + Mark).Skip(2))
            {
                int end = part.IndexOf('\n', StringComparison.Ordinal);
                string name = part[..Math.Max(0, end)];
                if (name.Length is > 0 and < 200 && names.Add(name))
                {
                    using Stream entry = archive.CreateEntry($"archive/code/{name}", CompressionLevel.NoCompression).Open();
                    entry.Write(Encoding.Latin1.GetBytes(part[(end + 1)..]));
                }
            }
        }

        return stream.ToArray();
    }

    private static byte[] Read(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "corpus", "script-archives", name);
        return File.Exists(path) ? File.ReadAllBytes(path) : throw new CudaNetException("there is no such file") { File = path, Hint = "A build of the program copies fuzz/corpus there." };
    }
}
