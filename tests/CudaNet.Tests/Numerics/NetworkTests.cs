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

    /// <summary>What is wrong with a layer's output, or null. Every bound is a fraction of the layer's largest magnitude.</summary>
    private static string? Misfit(Observation observation, JsonElement node, Tolerance tolerance)
    {
        TensorShape shape = new([.. node.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
        if (shape != observation.Shape)
        {
            return $"shape {observation.Shape}, expected {shape}";
        }

        ReadOnlySpan<float> values = observation.Values;
        double sum = 0, squares = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (float value in values)
        {
            sum += value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        double mean = sum / values.Length;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double largest = Math.Max(Math.Abs(node.GetProperty("min").GetDouble()), Math.Abs(node.GetProperty("max").GetDouble()));
        double bound = tolerance.OfLargest * largest;
        int middle = values.Length / 2;
        return Near("mean", mean, node.GetProperty("mean"), bound)
            ?? Near("standard deviation", Math.Sqrt(squares / (values.Length - 1)), node.GetProperty("std"), bound)
            ?? Near("minimum", min, node.GetProperty("min"), bound)
            ?? Near("maximum", max, node.GetProperty("max"), bound)
            ?? NearAll("first", values[..4], node, bound)
            ?? NearAll("middle", values.Slice(middle, Math.Min(4, values.Length - middle)), node, bound)
            ?? NearAll("last", values[^4..], node, bound);
    }

    private static string? NearAll(string name, ReadOnlySpan<float> actual, JsonElement node, double bound)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            if (Near($"{name}[{i}]", actual[i], node.GetProperty(name)[i], bound) is { } misfit)
            {
                return misfit;
            }
        }

        return null;
    }

    private static string? Near(string what, double actual, JsonElement expected, double bound) =>
        Math.Abs(actual - expected.GetDouble()) <= bound ? null : $"{what} {actual:r}, expected {expected.GetDouble():r} ± {bound:g3}";
}
