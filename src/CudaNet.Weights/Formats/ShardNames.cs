using System.Globalization;
using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Names of files that are parts of one set of weights: <c>model-00001-of-00002.safetensors</c>.</summary>
internal static partial class ShardNames
{
    /// <summary>Which part of how many a name is; null for any other name, and where there is but one part.</summary>
    public static (int Part, int Count)? Parse(string name)
    {
        Match match = Shard().Match(name);
        return match.Success && Number(1) is { } part && Number(2) is > 1 and { } count ? (part, count) : null;

        int? Number(int group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
    }

    /// <summary>Refuses a file whose name says that it is but a part: it may look like a whole network of fewer stages.</summary>
    /// <exception cref="CudaNetException">It is a part.</exception>
    public static void RefuseAlone(WeightFile file)
    {
        if (file.Folder is null || file.Format == WeightFormat.Sharded || Parse(Path.GetFileName(file.Path)) is not { } shard)
        {
            return;
        }

        string? index = Directory.EnumerateFiles(file.Folder, "*.index.json").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).FirstOrDefault();
        throw new CudaNetException($"the file is part {shard.Part} of {shard.Count} of one set of weights, and no model by itself")
        {
            File = file.Path,
            Hint = index is null ? "The index that names the parts (*.index.json) is missing: put it beside them, and open that; rename a file that is whole." : $"Open the index of the parts, {Printable.Quote(index)}.",
        };
    }

    [GeneratedRegex(@"-([0-9]+)-of-([0-9]+)\.[^.]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
