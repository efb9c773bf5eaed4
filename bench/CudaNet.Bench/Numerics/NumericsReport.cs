using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Tests.Support;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>
/// The measured side of the tolerance table: how far each backend is from PyTorch in double precision, as Markdown on the console. A number is the
/// largest difference over the largest magnitude of the layer's expected values.
/// </summary>
internal static class NumericsReport
{
    private static readonly Tolerance Unbounded = new("unbounded", double.PositiveInfinity, "only measured here");

    private static readonly (string Name, IBackend Backend)[] Variants =
    [
        .. BackendCatalogue.All.SelectMany(b => b.Variants).Where(v => v.WhyNot is null).Select(v => (v.Name, v.Create())),
    ];

    /// <param name="golden">The folder of reference numbers that holds <c>layers/</c>.</param>
    /// <exception cref="CudaNetException">A file of theirs is not there or cannot be read; nothing has been computed then.</exception>
    public static void Write(string golden)
    {
        const string here = "FOLDER must be the reference numbers' folder `golden`, which holds it.";
        using JsonDocument frameworks = Read(Path.Combine(golden, "layers", "layers.json"), here);
        (JsonProperty Numbers, string File)[] photographs =
        [
            .. frameworks.RootElement.EnumerateObject().Select(p => (p, BenchFiles.Require(Path.Combine(golden, "layers", $"{p.Name}.safetensors"), here))),
        ];
        using Model model = BenchFiles.OpenModel();
        JsonDocument[] networks = [.. ((string[])["networks", "networks-grouped"]).Select(n => Read(Repository.File($"tests/data/{n}.json"), "The repository has it: check it out again."))];
        Layers(model, photographs);
        Networks(networks);
        ConvolutionErrors.Write(model);
    }

    private static JsonDocument Read(string path, string hint)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(BenchFiles.Require(path, hint)));
        }
        catch (JsonException exception)
        {
            throw new CudaNetException($"is no JSON: {exception.Message}", exception) { File = path, Hint = hint };
        }
    }

    private static void Layers(Model model, IEnumerable<(JsonProperty Numbers, string File)> photographs)
    {
        Console.WriteLine($"| leaf model on | timm, fp32 | {string.Join(" | ", Variants.Select(v => v.Name))} |");
        Console.WriteLine($"|---|---|{string.Concat(Variants.Select(_ => "---|"))}");
        foreach ((JsonProperty photograph, string path) in photographs)
        {
            double timm = photograph.Value.EnumerateObject().Max(n => n.Value.GetProperty("timm_float32") is { ValueKind: JsonValueKind.Number } v ? v.GetDouble() : 0);
            using WeightFile file = WeightFile.Open(path);
            Dictionary<string, Tensor> expected = file.Tensors.ToDictionary(t => t.Name, t => t.Read());
            IEnumerable<string> cells = Variants.Select(variant =>
            {
                (double worst, string layer) = (0, "");
                using Session session = new(model, variant.Backend);
                foreach (LayerNode node in model.Graph.Layers)
                {
                    session.Observe(node.Name, (in Observation o) =>
                    {
                        double error = TensorComparison.Compare(o.Shape, o.Values, expected[o.Name], Unbounded).MaxErrorOfLargest;
                        (worst, layer) = error <= worst || double.IsNaN(worst) ? (worst, layer) : (error, o.Name);
                    });
                }

                session.Predict(expected["input"]);
                return FormattableString.Invariant($"{worst:0.0e+0} ({layer})");
            });
            Console.WriteLine(FormattableString.Invariant($"| {photograph.Name} | {timm:0.0e+0} | {string.Join(" | ", cells)} |"));
        }
    }

    private static void Networks(IEnumerable<JsonDocument> documents)
    {
        Console.WriteLine();
        Console.WriteLine($"| logits of | {string.Join(" | ", Variants.Select(v => v.Name))} |");
        Console.WriteLine($"|---|{string.Concat(Variants.Select(_ => "---|"))}");
        foreach (JsonDocument document in documents)
        {
            foreach (JsonProperty network in document.RootElement.EnumerateObject())
            {
                LayerGraph graph = ResNet.Build(network.Name, classes: 10);
                using Model model = new(graph, Formula.Parameters(graph), new ModelMetadata { Architecture = network.Name });
                foreach (JsonProperty shape in network.Value.EnumerateObject())
                {
                    double[] exact = [.. shape.Value.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(v => v.GetDouble())];
                    Tensor input = Formula.Input([.. shape.Name.Split('x').Select(int.Parse)]);
                    IEnumerable<string> cells = Variants.Select(variant =>
                    {
                        using Session session = new(model, variant.Backend);
                        Tensor logits = session.Predict(input);
                        return FormattableString.Invariant($"{TensorComparison.Compare(logits.Shape, logits.Values, logits.Shape, exact, Unbounded).MaxErrorOfLargest:0.0e+0}");
                    });
                    Console.WriteLine($"| {network.Name}, {input.Shape} | {string.Join(" | ", cells)} |");
                }
            }
        }
    }
}
