using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Whole networks with weights by formula against PyTorch in double precision: logits, and what was recorded of every layer.</summary>
public sealed class NetworkTests
{
    public static TheoryData<string, string, string, string> Cases()
    {
        TheoryData<string, string, string, string> cases = [];
        foreach (string backend in Backends.All.Select(row => row.Data))
        {
            foreach (string file in (string[])["networks.json", "networks-grouped.json"])
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data(file)));
                foreach (JsonProperty network in document.RootElement.EnumerateObject())
                {
                    foreach (JsonProperty shape in network.Value.EnumerateObject())
                    {
                        cases.Add(backend, file, network.Name, shape.Name);
                    }
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_recorded_value_is_right(string backendName, string file, string network, string shape)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data(file)));
        JsonElement expected = document.RootElement.GetProperty(network).GetProperty(shape);
        int[] extents = [.. shape.Split('x').Select(int.Parse)];
        IBackend backend = Backends.Create(backendName);
        Tolerance tolerance = backend.Tolerance;
        using Model model = TestModels.Create(network);
        using Session session = new(model, backend);
        List<string> failures = [];
        int seen = 0;
        foreach (LayerNode layer in model.Graph.Layers)
        {
            session.Observe(layer.Name, (in Observation o) =>
            {
                seen++;
                if (Misfit(o, expected.GetProperty("nodes").GetProperty(o.Name), tolerance) is { } misfit)
                {
                    failures.Add($"{o.Name}: {misfit}");
                }
            });
        }

        Tensor logits = session.Predict(Formula.Input(extents));
        double[] exact = [.. expected.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(v => v.GetDouble())];
        TensorComparison comparison = TensorComparison.Compare(logits.Shape, logits.Values, logits.Shape, exact, tolerance);
        Assert.True(comparison.Passed, comparison.ToString());
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(expected.GetProperty("nodes").EnumerateObject().Count(), seen);
    }

    /// <summary>What is wrong with a layer's output, or null: its moments and some of its values. The extremes are among them, so that the largest magnitude is the layer's.</summary>
    private static string? Misfit(Observation observation, JsonElement node, Tolerance tolerance)
    {
        TensorShape shape = new([.. node.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
        if (shape != observation.Shape)
        {
            return $"shape {observation.Shape}, expected {shape}";
        }

        ReadOnlySpan<float> values = observation.Values;
        (double sum, double squares, double min, double max) = (0, 0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (float value in values)
        {
            (sum, min, max) = (sum + value, Math.Min(min, value), Math.Max(max, value));
        }

        double mean = sum / values.Length;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        string[] parts = ["first", "middle", "last"];
        double[] expected =
        [
            .. ((string[])["mean", "std", "min", "max"]).Select(name => node.GetProperty(name).GetDouble()),
            .. parts.SelectMany(part => node.GetProperty(part).EnumerateArray()).Select(v => v.GetDouble()),
        ];
        int middle = values.Length / 2;
        float[] some = [.. values[..4], .. values.Slice(middle, Math.Min(4, values.Length - middle)), .. values[^4..]];
        double[] actual = [mean, Math.Sqrt(squares / (values.Length - 1)), min, max, .. some.Select(v => (double)v)];
        TensorComparison comparison = TensorComparison.Compare(new TensorShape(actual.Length), actual, new TensorShape(expected.Length), expected, tolerance);
        return comparison.Passed ? null : $"of mean, standard deviation, minimum, maximum, first, middle and last values: {comparison}";
    }
}
