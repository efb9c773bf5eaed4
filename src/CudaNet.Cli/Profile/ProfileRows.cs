using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What lies in a folder of results: <c>rows/NAME.json</c> as <c>cudanet profile -o</c> writes them, <c>rows/NAME.error</c> for those that failed, <c>machine.txt</c>.</summary>
internal sealed class ProfileRows
{
    /// <exception cref="CudaNetException">There is no row, or one cannot be read.</exception>
    public ProfileRows(string folder)
    {
        string rows = Path.Combine(folder, "rows");
        string[] files = Directory.Exists(rows) ? [.. Directory.GetFiles(rows).Order(StringComparer.Ordinal)] : [];
        Rows = [.. Of(files, ".json").Select(f => KeyValuePair.Create(Name(f), Read(f)))];
        Failures = [.. Of(files, ".error").Select(f => KeyValuePair.Create(Name(f), File.ReadAllText(f).Trim()))];
        string machine = Path.Combine(folder, "machine.txt");
        Machine = File.Exists(machine)
            ? [.. File.ReadLines(machine).Select(l => l.Split('\t', 2)).Where(l => l.Length == 2).Select(l => KeyValuePair.Create(l[0], l[1]))]
            : [];
        if (Rows.Count + Failures.Count == 0)
        {
            throw new CudaNetException("has no rows of `cudanet profile -o`") { File = folder, Hint = "`bench/gpu.sh publish FOLDER` makes a folder whose gpu.sh writes them." };
        }
    }

    /// <summary>Each row by its name, in order of the names.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Rows { get; }

    /// <summary>What each row that failed said.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Failures { get; }

    /// <summary>What the machine says of itself, name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Machine { get; }

    /// <summary>Rows whose passes had different bits.</summary>
    public IEnumerable<string> Unequal => Rows.Where(r => !r.Value.GetProperty("equalBits").GetBoolean()).Select(r => r.Key);

    public int Code => Failures.Count == 0 && !Unequal.Any() ? ExitCode.Success : ExitCode.BeyondTolerance;

    private static IEnumerable<string> Of(string[] files, string ending) => files.Where(f => f.EndsWith(ending, StringComparison.Ordinal) && Path.GetFileName(f)[0] != '.');

    private static string Name(string file) => Path.GetFileNameWithoutExtension(file);

    private static JsonElement Read(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement row = document.RootElement.Clone();
            return row.ValueKind == JsonValueKind.Object && ReportText.Fields.All(f => row.TryGetProperty(f, out _))
                ? row
                : throw new CudaNetException("is no row of `cudanet profile -o`") { File = file, Hint = "Remove it." };
        }
        catch (JsonException exception)
        {
            throw new CudaNetException($"is no JSON: {exception.Message}", exception) { File = file, Hint = "Remove it." };
        }
    }
}
