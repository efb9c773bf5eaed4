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
    public static void Write(string golden)
    {
        Layers(golden);
        Networks(Repository.File("tests/data/networks.json"), Repository.File("tests/data/networks-grouped.json"));
    }

    private static void Layers(string golden)
    {
        Console.WriteLine($"| leaf model on | timm, fp32 | {string.Join(" | ", Variants.Select(v => v.Name))} |");
        Console.WriteLine($"|---|---|{string.Concat(Variants.Select(_ => "---|"))}");
        using JsonDocument frameworks = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden, "layers", "layers.json")));
        foreach (JsonProperty photograph in frameworks.RootElement.EnumerateObject())
        {
            double timm = photograph.Value.EnumerateObject().Max(n => n.Value.GetProperty("timm_float32") is { ValueKind: JsonValueKind.Number } v ? v.GetDouble() : 0);
            using WeightFile file = WeightFile.Open(Path.Combine(golden, "layers", $"{photograph.Name}.safetensors"));
            Dictionary<string, Tensor> expected = file.Tensors.ToDictionary(t => t.Name, t => t.Read());
            using Model model = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
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

    private static void Networks(params string[] files)
    {
        Console.WriteLine();
        Console.WriteLine($"| logits of | {string.Join(" | ", Variants.Select(v => v.Name))} |");
        Console.WriteLine($"|---|{string.Concat(Variants.Select(_ => "---|"))}");
        foreach (string file in files)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
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
