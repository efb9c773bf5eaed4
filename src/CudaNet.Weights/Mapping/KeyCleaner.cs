namespace CudaNet.Weights;

/// <summary>Turns the names of a file into timm's: prefixes of wrappers removed in any combination, other projects' names translated.</summary>
internal static class KeyCleaner
{
    private const string BackbonePrefix = "backbone.";

    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "model.", BackbonePrefix];

    /// <summary>timm's name.</summary>
    /// <param name="stored">The name in the file.</param>
    /// <param name="removed">What was removed from its start; empty where nothing was.</param>
    public static string Clean(string stored, out string removed)
    {
        int start = 0;
        while (Array.Find(Prefixes, p => stored.AsSpan(start).StartsWith(p, StringComparison.Ordinal)) is { } prefix)
        {
            start += prefix.Length;
        }

        removed = stored[..start];
        string name = stored[start..];
        return TransformersNames.Translate(name) ?? (name.StartsWith("head.fc.", StringComparison.Ordinal) ? name["head.".Length..] : name);
    }

    /// <summary>True for the counters that batch norm keeps while training; evaluation needs none.</summary>
    public static bool IsCounter(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal) || name == "num_batches_tracked";
}
