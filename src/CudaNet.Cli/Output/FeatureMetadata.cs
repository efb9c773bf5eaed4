using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Where the values of a features file come from, as its array <c>metadata</c> says it: one JSON object. Nothing in it changes from run to run.</summary>
internal static class FeatureMetadata
{
    private const int ChunkBytes = 1 << 20;

    /// <param name="source">The model's path, as it was given.</param>
    /// <param name="graph">The file of <c>--preprocess</c>, which makes the model's input; null without.</param>
    /// <param name="model">The model.</param>
    /// <param name="preprocessing">The rule that images went through; null where all inputs are tensors.</param>
    /// <param name="appliesExif">Whether images were turned as they say.</param>
    /// <param name="backend">What computed, in the options' words.</param>
    /// <param name="cancellation">Ends the reading of large files.</param>
    public static string ToJson(string source, string? graph, Model model, Preprocessing? preprocessing, bool appliesExif, string backend, CancellationToken cancellation)
    {
        using StringWriter text = new();
        JsonOutput.Write(text, json =>
        {
            json.WriteString("tool", $"cudanet {VersionAction.Version}");
            json.WriteString("model", source);
            json.WriteObjects("modelFiles", PipeInput.FilesOf(source).Concat(graph is null ? [] : [graph]).Distinct(), file =>
            {
                json.WriteString("file", file);
                json.WriteString("sha256", Hash(file, cancellation));
            });
            json.WriteString("architecture", model.Metadata.Architecture);
            json.WriteString("backend", backend);
            json.WritePreprocessing(preprocessing);
            json.WriteBoolean("applyExif", appliesExif);
        });
        return text.ToString().TrimEnd();
    }

    private static string Hash(string path, CancellationToken cancellation) => RegularFile.Read(path, file =>
    {
        Sha256 hash = new();
        byte[] chunk = new byte[ChunkBytes];
        for (int read; (read = file.Read(chunk)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.Add(chunk.AsSpan(0, read));
        }

        return hash.Finish();
    });
}
