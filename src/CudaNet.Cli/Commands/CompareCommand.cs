using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet compare</c>: every layer against values that something else computed.</summary>
internal sealed class CompareCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly Option<string> _reference = new("--reference")
    {
        HelpName = "FILE",
        Description = "A safetensors file: input (N×C×H×W), and expected values under the layers' names.",
        Required = true,
    };

    private readonly Option<double?> _tolerance = new("--tolerance")
    {
        HelpName = "X",
        Description = "The largest difference allowed, as a fraction of a layer's largest magnitude; default: the table's row for the backend.",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value))
            {
                return value;
            }

            result.AddError($"'{text}' is not a tolerance: a number of at least 0, for example 1e-5.");
            return null;
        },
    };

    private readonly BackendOptions _backend;

    public CompareCommand(CliContext context)
        : base(
            context,
            "compare",
            "Compares every layer with reference values; exit code 1 where one is beyond tolerance.",
            "cudanet compare model.safetensors --reference golden.safetensors",
            "cudanet compare model.safetensors --reference golden.safetensors --tolerance 1e-5 --backend reference")
    {
        Add(_model);
        Add(_reference);
        Add(_tolerance);
        _backend = new BackendOptions(this, context);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        IBackend backend = _backend.Create(arguments);
        Tolerance tolerance = arguments.GetValue(_tolerance) is { } asked ? new Tolerance("--tolerance", asked, "as asked") : backend.Tolerance;
        using Model model = _modelOptions.Open(arguments, arguments.GetRequiredValue(_model));
        using ReferenceValues reference = new(arguments.GetRequiredValue(_reference), model.Graph);
        FinitenessNotes notes = new(model, Context);
        using Session session = new(model, backend);
        IReadOnlyList<LayerComparison> results = LayerComparison.Run(session, reference, tolerance, Context.Cancellation);
        LayerNode? first = results.FirstOrDefault(r => !r.Result.Passed)?.Layer;
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => WriteJson(json, backend, tolerance, reference, results, first, notes));
        }
        else
        {
            WriteText(backend, tolerance, reference, results, first);
        }

        return first is null ? ExitCode.Success : ExitCode.BeyondTolerance;
    }

    private static void WriteJson(
        Utf8JsonWriter json, IBackend backend, Tolerance tolerance, ReferenceValues reference, IReadOnlyList<LayerComparison> results, LayerNode? first, FinitenessNotes notes)
    {
        json.WriteString("backend", backend.Name);
        json.WriteNumber("tolerance", tolerance.OfLargest);
        json.WriteShape("input", reference.Input.Shape);
        json.WriteBoolean("passed", first is null);
        json.WriteString("firstBeyond", first?.Name);
        json.WriteObjects("layers", results, layer =>
        {
            TensorComparison result = layer.Result;
            json.WriteString("name", layer.Layer.Name);
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
        json.WriteStrings("missing", reference.Missing);
        json.WriteStrings("unknown", reference.Unknown);
        json.WriteStrings("notes", notes.All);
    }

    private static string Worst(LayerComparison layer) => !layer.HasSameShape
        ? $"shape {layer.Result.ActualShape}, expected {layer.Result.ExpectedShape}"
        : string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', layer.WorstPosition)}] {layer.Result.WorstActual:g9}, expected {layer.Result.WorstExpected:g9}");

    private void WriteText(IBackend backend, Tolerance tolerance, ReferenceValues reference, IReadOnlyList<LayerComparison> results, LayerNode? first)
    {
        TextTable table = new("layer", ">max", ">of largest", ">mean", ">cosine", "", "worst");
        foreach (LayerComparison layer in results)
        {
            TensorComparison result = layer.Result;
            string cosine = double.IsNaN(result.Cosine) ? "-" : result.Cosine.ToString("f9", CultureInfo.InvariantCulture);
            table.Add(layer.Layer.Name, Format.Error(layer.Max), Format.Error(layer.MaxOfLargest), Format.Error(layer.Mean), cosine, result.Passed ? "ok" : "BEYOND", Worst(layer));
        }

        table.Write(Context.Out);
        Say("layer", "without reference values", reference.Missing);
        Say("tensor", "without a layer", reference.Unknown);
        string bound = string.Create(CultureInfo.InvariantCulture, $"tolerance {tolerance.OfLargest:g3} of the largest magnitude, backend {backend.Name}, input {reference.Input.Shape}");
        Context.Out.WriteLine(first is null
            ? $"{Format.Plural(results.Count, "layer")} within {bound}"
            : $"{results.Count(r => !r.Result.Passed)} of {Format.Plural(results.Count, "layer")} beyond {bound}; the first is {first}");
    }

    private void Say(string noun, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            Context.Line($"{Format.Plural(names.Count, noun)} {what}: {string.Join(", ", names)}");
        }
    }
}
