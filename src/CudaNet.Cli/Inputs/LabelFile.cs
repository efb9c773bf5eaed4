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
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new CudaNetException($"has more than {MaxBytes} bytes, too many for a list of labels") { File = path };
            }

            string[] lines = File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            int empty = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
            return empty < 0 ? lines : throw new CudaNetException($"line {empty + 1} has no label") { File = path, Hint = "A line a class, in order of the logits." };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CudaNetException($"cannot be read: {exception.Message}", exception) { File = path };
        }
    }
}
