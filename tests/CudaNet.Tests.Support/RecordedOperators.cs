using System.Text.Json;

namespace CudaNet.Tests.Support;

/// <summary>What PyTorch computed in double precision for the catalogue's cases: <c>tests/data/operators.json</c>.</summary>
public static class RecordedOperators
{
    private static readonly Lazy<Dictionary<string, JsonElement>> Recorded = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Repository.Data("operators.json"))).RootElement.EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!));

    /// <summary>The cases, in the file's order.</summary>
    public static IEnumerable<string> Names => Recorded.Value.Keys;

    /// <summary>The output, N×C×H×W or N×C.</summary>
    public static double[] Values(OperatorCase tested) =>
        Recorded.Value.TryGetValue(tested.Name, out JsonElement recorded)
            ? [.. recorded.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())]
            : throw new InvalidDataException($"tests/data/operators.json has no numbers for {tested}");
}
