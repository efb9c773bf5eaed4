using System.Text;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>A text file with a label a line, in order of the logits.</summary>
internal static class LabelFile
{
    private const int MaxBytes = 16 << 20;

    /// <exception cref="CudaNetException">It cannot be read, is too large or no UTF-8 text, or has an empty line.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        string[] lines = RegularFile.Read(path, file => ReadText(file, path)).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        int empty = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
        return empty < 0 ? lines : throw new CudaNetException($"line {empty + 1} has no label") { File = path, Hint = "A line a class, in order of the logits." };
    }

    private static string ReadText(FileStream file, string path)
    {
        if (file.Length > MaxBytes)
        {
            throw new CudaNetException($"has more than {MaxBytes} bytes, too many for a list of labels") { File = path };
        }

        try
        {
            using StreamReader reader = new(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException exception)
        {
            throw new CudaNetException($"is no UTF-8 text: {exception.Message}", exception) { File = path };
        }
    }
}
