using System.Globalization;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Rows of <c>cudanet profile</c> as a page of Markdown.</summary>
internal static class ReportText
{
    private const string NoTime = "none";

    /// <summary>What a row must have to be shown.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "backend", "device", "uuid", "driver", "cudnn", "emulated", "precision", "scenario", "lanes", "binding", "graph", "fused", "batchBits", "passText", "input", "observed", "observedLayers", "weightBytes", "weightsInCache", "ecc", "repeats", "equalBits", "passes", "imagesPerSecond",
        "latencyMs", "enqueueMs", "toDeviceMs", "computeMs", "toHostMs", "hostLatencyMs", "warnings",
    ];

    public static void Write(TextWriter output, ProfileRows results)
    {
        JsonElement[] rows = [.. results.Rows.Select(r => r.Value)];
        output.WriteLine("# Passes of CudaNet");
        output.WriteLine();
        WriteMachine(output, results, rows);
        if (rows.Any(r => r.GetProperty("emulated").GetBoolean()))
        {
            output.WriteLine("**An emulated device has no times: none is printed.** What was run, and whether every bit was equal, is below.");
            output.WriteLine();
        }

        JsonElement[] Of(string scenario) => [.. rows.Where(r => Text(r, "scenario") == scenario)];
        string[] parts = ["Latency (ms)", "Enqueue Time (ms)", "H2D Latency (ms)", "GPU Compute Time (ms)", "D2H Latency (ms)"];
        Write(
            output, "SingleStream: the next pass when the last one's output is there; p90 to p99 are the host's, from the call to the output, the others medians", Of(SingleStream.Name),
            ["p90 (ms)", "p50 (ms)", "p95 (ms)", "p99 (ms)", .. parts],
            r => [.. ((string[])["p90", "median", "p95", "p99"]).Select(p => Number(r, "hostLatencyMs", p)), .. ((string[])["latencyMs", "enqueueMs", "toDeviceMs", "computeMs", "toHostMs"]).Select(p => Number(r, p, "median"))]);
        Write(output, "Offline: images a second, several passes in flight", Of(Offline.Name), ["lanes", "images/s"], r => [$"{r.GetProperty("lanes")}", Number(r, "imagesPerSecond")]);
        WriteList(output, "Warnings", results.Rows.SelectMany(r => r.Value.GetProperty("warnings").EnumerateArray().Select(w => $"{r.Key}: {w.GetString()}")));
        WriteList(output, "Rows whose bits differ from pass to pass", results.Unequal);
        WriteList(output, "Rows that failed", results.Failures.Select(f => $"{f.Key}: {f.Value.ReplaceLineEndings(" ")}"));
    }

    private static void WriteMachine(TextWriter output, ProfileRows results, JsonElement[] rows)
    {
        Row(output, "what", "here");
        Row(output, "---", "---");
        Row(output, "device", Each(rows, r => $"{Text(r, "backend")}, {Text(r, "device")}"));
        Row(output, "driver for CUDA", Each(rows, r => Text(r, "driver")));
        Row(output, "cuDNN", Each(rows, r => Text(r, "cudnn")));
        Row(output, "weights L2-resident", Each(rows, r => $"{Text(r, "precision")}: {YesOrNo(r, "weightsInCache")}"));
        Row(output, "ECC", Each(rows, r => YesOrNo(r, "ecc")));
        Row(output, "passes reach the device", Each(rows, r => Text(r, "passText")));
        foreach ((string name, string value) in results.Machine)
        {
            Row(output, name, value);
        }

        output.WriteLine();
    }

    private static void Write(TextWriter output, string title, JsonElement[] rows, string[] headings, Func<JsonElement, string[]> cells)
    {
        if (rows.Length == 0)
        {
            return;
        }

        output.WriteLine($"## {title}");
        output.WriteLine();
        string[] columns = ["precision", "batch", "size", "observed", "binding", "graph", "fused", "batch bits", .. headings, "passes", "equal bits over"];
        Row(output, columns);
        Row(output, [.. columns.Select(_ => "---")]);
        foreach (JsonElement row in rows.OrderBy(Batch))
        {
            Row(output,
            [
                Text(row, "precision"), $"{Batch(row)}", Size(row), $"{Text(row, "observed")} ({row.GetProperty("observedLayers")})", Text(row, "binding"), Text(row, "graph"), YesOrNo(row, "fused"),
                Text(row, "batchBits"), .. cells(row),
                Number(row, "passes"), row.GetProperty("equalBits").GetBoolean() ? $"{row.GetProperty("repeats")} passes" : "DIFFER",
            ]);
        }

        output.WriteLine();
    }

    private static void WriteList(TextWriter output, string title, IEnumerable<string> items)
    {
        string[] all = [.. items];
        if (all.Length > 0)
        {
            output.WriteLine($"## {title}");
            output.WriteLine();
            Array.ForEach(all, item => output.WriteLine($"- {Printable.Text(item)}"));
            output.WriteLine();
        }
    }

    private static void Row(TextWriter output, params string[] cells) => output.WriteLine($"| {string.Join(" | ", cells.Select(c => Printable.Text(c).Replace("|", "\\|", StringComparison.Ordinal)))} |");

    private static string Each(JsonElement[] rows, Func<JsonElement, string> text) => rows.Length == 0 ? NoTime : string.Join("; ", rows.Select(text).Distinct());

    private static string Text(JsonElement row, string field) => row.GetProperty(field) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "not said";

    private static string YesOrNo(JsonElement row, string field) => row.GetProperty(field).ValueKind switch
    {
        JsonValueKind.True => ProfileText.YesOrNo(true),
        JsonValueKind.False => ProfileText.YesOrNo(false),
        _ => "not said",
    };

    private static int Batch(JsonElement row) => row.GetProperty("input")[0].GetInt32();

    private static string Size(JsonElement row) => $"{row.GetProperty("input")[2]}x{row.GetProperty("input")[3]}";

    private static string Number(JsonElement row, string field, string? of = null)
    {
        JsonElement value = row.GetProperty(field);
        value = of is not null && value.ValueKind == JsonValueKind.Object ? value.GetProperty(of) : value;
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("g6", CultureInfo.InvariantCulture) : NoTime;
    }
}
