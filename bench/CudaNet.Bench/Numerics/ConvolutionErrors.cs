using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary>
/// What each way to compute convolutions on a CPU loses, on the trained model and photographs of 224²: the largest difference from <see cref="DoubleNetwork"/> over the largest
/// magnitude of the layer. Once of each convolution alone, whose input is the double network's, rounded; once of the network up to each layer.
/// </summary>
internal static class ConvolutionErrors
{
    private const int Side = 224;

    private static readonly string[] Photographs = ["chelsea.png", "rocket.jpg", "coffee.jpg"];
    private static readonly Tolerance Unbounded = new("unbounded", double.PositiveInfinity, "only measured here");

    private static readonly (string Name, CpuOptions Options)[] Ways =
    [
        ("direct", new CpuOptions { Convolutions = CpuConvolutions.Direct }),
        ("automatic", new CpuOptions()),
        ("F(2×2)", new CpuOptions { Convolutions = CpuConvolutions.Winograd, WinogradVariant = WinogradChoice.Two }),
        ("F(4×4)", new CpuOptions { Convolutions = CpuConvolutions.Winograd, WinogradVariant = WinogradChoice.Four }),
    ];

    public static void Write(Model model)
    {
        Preprocessor preprocessor = new(new Preprocessing(Side, Side, Interpolation.Bilinear, null, Preprocessing.ImageNetMean, Preprocessing.ImageNetStd));
        Dictionary<(string Layers, int Way), double> alone = [], together = [];
        foreach (string photograph in Photographs)
        {
            Tensor image = preprocessor.Load(BenchFiles.Require(Repository.File($"samples/{photograph}"), "The repository has it: check it out again."));
            Dictionary<string, double[]> exact = DoubleNetwork.Run(model, image);
            TensorShape[] shapes = model.Graph.InferShapes(image.Shape);
            foreach (LayerNode node in model.Graph.Layers.Where(n => n.Op is Conv2d { KernelHeight: 3, Stride: 1 }))
            {
                MeasureAlone(model, node, exact[node.Inputs[0].Name], shapes[node.Inputs[0].Index], shapes[node.Index], alone);
            }

            for (int way = 0; way < Ways.Length; way++)
            {
                MeasureTogether(model, image, exact, way, together);
            }
        }

        Print("3×3 convolutions of stride 1, each alone", alone);
        Print("every layer, in the whole network", together);
    }

    private static void MeasureAlone(Model model, LayerNode node, double[] source, TensorShape from, TensorShape to, Dictionary<(string Layers, int Way), double> errors)
    {
        // Behind another layer: one that reads the run's input is not chosen for.
        GraphBuilder builder = new(from.Channels);
        builder.Add("conv", node.Op, builder.Add("stored", new MaxPool2d(1, 1), builder.Input));
        LayerGraph graph = builder.Build();
        LayerParameters parameters = model.Parameters.Of(node);
        using Model alone = new(graph, new ParameterSet(graph, [KeyValuePair.Create("conv.weight", parameters.Weight!)]), new ModelMetadata { Architecture = node.Name });
        Tensor input = new(from, Array.ConvertAll(source, v => (float)v));
        double[] exact = DoubleNetwork.Convolve(Array.ConvertAll(input.Values.ToArray(), v => (double)v), from, (Conv2d)node.Op, parameters, to);
        for (int way = 0; way < Ways.Length; way++)
        {
            using Session session = new(alone, new CpuBackend(Ways[way].Options));
            Keep(errors, node.Name, way, session.Predict(input).Values, exact);
        }
    }

    private static void MeasureTogether(Model model, Tensor image, Dictionary<string, double[]> exact, int way, Dictionary<(string Layers, int Way), double> errors)
    {
        using Session session = new(model, new CpuBackend(Ways[way].Options));
        foreach (LayerNode node in model.Graph.Layers)
        {
            session.Observe(node.Name, (in Observation o) => Keep(errors, o.Name, way, o.Values, exact[o.Name]));
        }

        session.Predict(image);
    }

    /// <summary>The larger error, under the layer's first name: <c>layer1</c> of <c>layer1.0.conv1</c>.</summary>
    private static void Keep(Dictionary<(string Layers, int Way), double> errors, string layer, int way, ReadOnlySpan<float> actual, double[] exact)
    {
        TensorShape shape = new(exact.Length);
        double error = TensorComparison.Compare(shape, actual, shape, exact, Unbounded).MaxErrorOfLargest;
        string layers = layer.Split('.')[0];
        errors[(layers, way)] = Math.Max(error, errors.GetValueOrDefault((layers, way)));
    }

    private static void Print(string what, Dictionary<(string Layers, int Way), double> errors)
    {
        Console.WriteLine();
        Console.WriteLine($"| {what} | {string.Join(" | ", Ways.Select(w => w.Name))} |");
        Console.WriteLine($"|---|{string.Concat(Ways.Select(_ => "---|"))}");
        foreach (string layers in errors.Keys.Select(k => k.Layers).Distinct())
        {
            IEnumerable<string> cells = Enumerable.Range(0, Ways.Length).Select(way => FormattableString.Invariant($"{errors[(layers, way)]:0.0e+0}"));
            Console.WriteLine($"| {layers} | {string.Join(" | ", cells)} |");
        }
    }
}
