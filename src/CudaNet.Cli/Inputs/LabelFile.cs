using System.Text;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>A file of labels: a text with a label a line, in order of the logits; or JSON, a list or an object from numbers to labels.</summary>
internal static class LabelFile
{
    private const int MaxBytes = 16 << 20;

    /// <param name="path">The file, or a pipe.</param>
    /// <exception cref="CudaNetException">It cannot be read, is too large or no UTF-8 text, has an empty line, or is other JSON.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        byte[] bytes = PipeInput.IsPipe(path)
            ? PipeInput.Read(path, pipe => StreamBytes.Read(pipe, path, MaxBytes)) ?? throw TooLong(path)
            : RegularFile.Read(path, file => file.Length <= MaxBytes ? StreamBytes.Read(file, path, MaxBytes) : null) ?? throw TooLong(path);
        string text = Decode(bytes, path);
        string start = text.TrimStart();
        return start.StartsWith('{') || start.StartsWith('[') ? OfJson(start, path) : OfLines(text, path);
    }

    /// <exception cref="CudaNetException">There are not as many labels as the model tells classes.</exception>
    public static IReadOnlyList<string> Read(string path, LayerGraph graph)
    {
        IReadOnlyList<string> labels = Read(path);
        return graph.Output.Op is not Linear head || head.OutFeatures == labels.Count
            ? labels
            : throw new CudaNetException($"has {Format.Plural(labels.Count, "label")} for {Format.Plural(head.OutFeatures, "class", "es")}") { File = path, Hint = "A line a class, in order of the logits." };
    }

    /// <summary>What is known of a model, with the labels of a file where one is given.</summary>
    /// <exception cref="CudaNetException">As <see cref="Read(string, LayerGraph)"/>.</exception>
    public static ModelMetadata Override(Model model, string? path) => path is null ? model.Metadata : model.Metadata with { Labels = Read(path, model.Graph) };

    private static CudaNetException TooLong(string path) => new($"has more than {MaxBytes} bytes, too many for a list of labels") { File = path };

    private static string[] OfLines(string text, string path)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        int empty = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
        return empty < 0 ? lines : throw new CudaNetException($"line {empty + 1} has no label") { File = path, Hint = "A line a class, in order of the logits." };
    }

    private static string[] OfJson(string text, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 });
            JsonElement root = document.RootElement;
            JsonElement labels = root.ValueKind != JsonValueKind.Object ? root
                : root.TryGetProperty("id2label", out JsonElement numbered) ? numbered
                : root.TryGetProperty("label_names", out JsonElement named) ? named
                : root;
            if (LabelLists.Read(labels) is { } read)
            {
                return read;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A text may start with a bracket too: an ini file, a label in brackets.
            if (text.StartsWith('['))
            {
                return OfLines(text, path);
            }
        }

        throw new CudaNetException("is JSON, but no list of labels, and no object from the numbers 0, 1, … to labels") { File = path, Hint = "Or a text file with a line a class, in order of the logits." };
    }

    private static string Decode(byte[] bytes, string path)
    {
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException exception)
        {
            throw new CudaNetException($"is no UTF-8 text: {exception.Message}", exception) { File = path };
        }
    }
}
