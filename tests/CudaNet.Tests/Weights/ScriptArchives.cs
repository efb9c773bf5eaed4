using System.IO.Compression;
using System.Text;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>The scripted plain network of tests/data/variations with other code.</summary>
internal static class ScriptArchives
{
    public const string ResNetFile = "code/__torch__/torchvision/models/resnet.py";

    /// <summary>The archive with a text of one file replaced, everywhere in it.</summary>
    public static byte[] Replace(string file, string text, string by) => Edit(file, code =>
    {
        Assert.Contains(text, code, StringComparison.Ordinal);
        return code.Replace(text, by, StringComparison.Ordinal);
    });

    /// <summary>The archive with the statements of the whole network's method replaced; they are indented as they must be.</summary>
    public static byte[] WithForward(params string[] lines) =>
        Replace(ResNetFile, "    return (self)._forward_impl(x, )\n", string.Concat(lines.Select(l => $"    {l}\n")));

    /// <summary>The archive with one file changed; left out where <paramref name="change"/> gives null.</summary>
    public static byte[] Edit(string file, Func<string, string?> change)
    {
        using MemoryStream stream = new();
        using (ZipArchive from = ZipFile.OpenRead(Repository.Data("variations/plain.script.pt")))
        using (ZipArchive to = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                using Stream source = entry.Open();
                using MemoryStream content = new();
                source.CopyTo(content);
                byte[]? bytes = entry.FullName != $"archive/{file}" ? content.ToArray() : change(Encoding.UTF8.GetString(content.ToArray())) is { } changed ? Encoding.UTF8.GetBytes(changed) : null;
                if (bytes is not null)
                {
                    using Stream target = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                    target.Write(bytes);
                }
            }
        }

        return stream.ToArray();
    }
}
