using System.Globalization;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What a comparison found, as text and as JSON.</summary>
internal sealed record ComparisonReport
{
    /// <summary>The backend that was judged.</summary>
    public required string Backend { get; init; }

    /// <summary>The bound.</summary>
    public required Tolerance Tolerance { get; init; }

    /// <summary>The file of expected values; null where something else computed them.</summary>
    public string? Reference { get; init; }

    /// <summary>The backend that computed the expected values; null for a file.</summary>
    public string? Against { get; init; }

    /// <summary>The model that gave the expected values, where it is another one.</summary>
    public string? AgainstModel { get; init; }

    /// <summary>What ran.</summary>
    public required ComparedInput Input { get; init; }

    /// <summary>Layers of the model.</summary>
    public required int LayerCount { get; init; }

    /// <summary>In execution order.</summary>
    public required IReadOnlyList<LayerComparison> Results { get; init; }

    /// <summary>Layers that nothing was expected of.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Values that are no layer's.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    /// <summary>The first that is beyond tolerance.</summary>
    public LayerComparison? First => Results.FirstOrDefault(r => !r.Result.Passed);

    /// <summary>The process's.</summary>
    public int Code => First is null ? ExitCode.Success : ExitCode.BeyondTolerance;

    private IReadOnlyList<LayerComparison> Overwritten => [.. Results.Where(r => r.IsOverwritten)];

    private IReadOnlyList<LayerComparison> LastCalls => [.. Results.Where(r => r.IsLastCall)];

    public void WriteJson(Utf8JsonWriter json, FinitenessNotes notes)
    {
        json.WriteString("backend", Backend);
        json.WriteNumber("tolerance", Tolerance.OfLargest);
        json.WriteString("reference", Reference);
        json.WriteString("against", Against);
        json.WriteString("againstModel", AgainstModel);
        json.WriteShape("input", Input.Tensor.Shape);
        json.WriteString("inputFrom", Input.From);
        json.WriteBoolean("passed", First is null);
        json.WriteString("firstBeyond", First?.Layer.Name);
        json.WriteObjects("layers", Results, layer =>
        {
            TensorComparison result = layer.Result;
            json.WriteString("name", layer.Layer.Name);
            json.WriteString("stored", layer.Stored);
            json.WriteString("meant", layer.Meant.Name);
            json.WriteString("verdict", layer.Verdict.ToLowerInvariant());
            json.WriteString("why", layer.IsOverwritten ? Holds(layer) + WhyOverwritten : layer.IsLastCall ? Is(layer) + WhyLastCall : null);
            json.WriteBoolean("passed", result.Passed);
            json.WriteShape("shape", result.ActualShape);
            json.WriteShape("expectedShape", result.ExpectedShape);
            json.WriteFinite("max", layer.Max);
            json.WriteFinite("maxOfLargest", layer.MaxOfLargest);
            json.WriteFinite("mean", layer.Mean);
            json.WriteFinite("cosine", result.Cosine);
            json.WriteFinite("largestMagnitude", result.LargestMagnitude);
            json.WriteShape("worstPosition", new TensorShape([.. layer.WorstPosition]));
            json.WriteFinite("worstActual", result.WorstActual);
            json.WriteFinite("worstExpected", result.WorstExpected);
            json.WriteNumber("beyond", result.FailedCount);
        });
        json.WriteStrings("missing", Missing);
        json.WriteStrings("unknown", Unknown);
        json.WriteStrings("notes", notes.All);
    }

    public void WriteText(CliContext context)
    {
        bool inColour = Colours.AreWanted(context);
        bool hasNames = Results.Any(r => r.Stored != r.Layer.Name);
        TextTable table = new(["layer", .. hasNames ? (string[])["stored as"] : [], ">max", ">of largest", ">mean", ">cosine", "", "worst"]);
        foreach (LayerComparison layer in Results)
        {
            string cosine = double.IsNaN(layer.Result.Cosine) ? "-" : layer.Result.Cosine.ToString("f9", CultureInfo.InvariantCulture);
            string[] name = hasNames ? [layer.Layer.Name, layer.Stored] : [layer.Layer.Name];
            Action<string[]> add = layer.Result.Passed ? table.Add : table.AddMarked;
            add([.. name, Format.Error(layer.Max), Format.Error(layer.MaxOfLargest), Format.Error(layer.Mean), cosine, layer.Verdict, Worst(layer)]);
        }

        table.Write(context.Out, inColour);
        if (Overwritten.Count > 0)
        {
            context.Line($"{Format.Plural(Overwritten.Count, "tensor")} overwritten before they were kept: {Few(Overwritten.Select(Holds))}{WhyOverwritten}");
        }

        if (LastCalls.Count > 0)
        {
            context.Line($"{Format.Plural(LastCalls.Count, "tensor")} of a module's last call: {Few(LastCalls.Select(Is))}{WhyLastCall}");
        }

        if (Missing.Count > 0)
        {
            context.Line($"{Missing.Count} of {Format.Plural(LayerCount, "layer")} without {(Reference is null ? "a counterpart" : "reference values")}: {Few(Missing)}");
        }

        if (Unknown.Count > 0)
        {
            context.Line($"{Format.Plural(Unknown.Count, Reference is null ? "layer" : "tensor")} without a layer: {Few(Unknown)}");
        }

        string summary = Summary();
        context.Out.WriteLine(inColour && First is not null ? Colours.Red(summary) : summary);
    }

    private const string WhyOverwritten = ": the hook did not clone, and what follows computed in place";

    private const string WhyLastCall = ": the block calls it more than once, and a hook keeps the last output";

    private static string Holds(LayerComparison layer) => $"{layer.Stored} holds what {layer.Layer} computes";

    private static string Is(LayerComparison layer) => $"{layer.Stored} is {layer.Layer}";

    private static string Worst(LayerComparison layer) => !layer.HasSameShape
        ? $"shape {layer.Result.ActualShape}, expected {layer.Result.ExpectedShape}"
        : string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', layer.WorstPosition)}] {layer.Result.WorstActual:g9}, expected {layer.Result.WorstExpected:g9}");

    private static string Few(IEnumerable<string> texts, int count = 5)
    {
        string[] all = [.. texts];
        return all.Length > count ? $"{string.Join(", ", all.Take(count))} and {all.Length - count} more" : string.Join(", ", all);
    }

    private string Summary()
    {
        int all = Results.Select(r => r.Layer).Distinct().Count();
        int beyond = Results.Where(r => !r.Result.Passed).Select(r => r.Layer).Distinct().Count();
        string other = Against is null ? "" : $", against {Against}{(AgainstModel is null ? "" : $" with {AgainstModel}")}";
        string bound = string.Create(CultureInfo.InvariantCulture, $"tolerance {Tolerance.OfLargest:g3} of the largest magnitude, backend {Backend}{other}, input {Input.Tensor.Shape}");
        string summary = First is null ? $"{Format.Plural(all, "layer")} within {bound}" : $"{beyond} of {Format.Plural(all, "layer")} beyond {bound}; the first is {First.Layer}";
        return Printable.Text(summary);
    }
}
