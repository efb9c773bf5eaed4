using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Each of the 68 layers of the trained leaf model on photographs, against PyTorch in double precision, on every backend variant.</summary>
public sealed class LayerTests
{
    private static readonly string LeafModel = Repository.File("models/resnet18-leaf.safetensors");

    public static TheoryData<string, string> SampledCases()
    {
        TheoryData<string, string> cases = [];
        foreach (string backend in Backends.All.Select(row => row.Data))
        {
            cases.Add(backend, "chelsea-224x224");
            cases.Add(backend, "rocket-97x131");
        }

        return cases;
    }

    public static TheoryData<string, string> FullCases()
    {
        TheoryData<string, string> cases = SampledCases();
        foreach (string backend in Backends.All.Select(row => row.Data))
        {
            cases.Add(backend, "leaf-128x128");
        }

        return cases;
    }

    /// <summary>48 values a layer, always there.</summary>
    [Theory]
    [MemberData(nameof(SampledCases))]
    public void Sampled_values_are_right(string backendName, string photograph)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("layers-sampled.json")));
        JsonElement nodes = document.RootElement.GetProperty(photograph);
        Tolerance tolerance = Backends.Create(backendName).Tolerance;
        Check(backendName, Photograph(photograph), observation =>
        {
            JsonElement node = nodes.GetProperty(observation.Name);
            TensorShape shape = new([.. node.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
            if (shape != observation.Shape)
            {
                return $"shape {observation.Shape}, expected {shape}";
            }

            // With the largest magnitude, of which bounds are a fraction.
            double[] expected = [.. node.GetProperty("values").EnumerateArray().Select(v => v.GetDouble()), node.GetProperty("largest").GetDouble()];
            double[] actual = new double[expected.Length];
            for (int i = 0; i < actual.Length - 1; i++)
            {
                actual[i] = observation.Values[(int)((((ulong)i * 2654435761) + 12345) % (ulong)observation.Values.Length)];
            }

            foreach (float value in observation.Values)
            {
                actual[^1] = Math.Max(actual[^1], Math.Abs(value));
            }

            TensorShape sampled = new(actual.Length);
            TensorComparison comparison = TensorComparison.Compare(sampled, actual, sampled, expected, tolerance);
            return comparison.Passed ? null : comparison.ToString();
        });
    }

    /// <summary>Every value of every layer.</summary>
    [Theory]
    [MemberData(nameof(FullCases))]
    public void Every_value_is_right(string backendName, string photograph)
    {
        using WeightFile golden = WeightFile.Open(Shared.Require($"golden/layers/{photograph}.safetensors"));
        Dictionary<string, Tensor> expected = golden.Tensors.ToDictionary(t => t.Name, t => t.Read());
        Tolerance tolerance = Backends.Create(backendName).Tolerance;
        Check(backendName, expected["input"], observation =>
        {
            TensorComparison comparison = TensorComparison.Compare(observation.Shape, observation.Values, expected[observation.Name], tolerance);
            double cosine = backendName.EndsWith("16", StringComparison.Ordinal) ? 0.9995 : 0.9999;
            return comparison.Passed && comparison.Cosine >= cosine ? null : $"{comparison}, cosine {comparison.Cosine:g9}";
        });
    }

    private static void Check(string backendName, Tensor input, Func<Observation, string?> misfit)
    {
        using Model model = ModelFile.Open(LeafModel);
        using Session session = new(model, Backends.Create(backendName));
        List<string> failures = [];
        int seen = 0;
        foreach (LayerNode layer in model.Graph.Layers)
        {
            session.Observe(layer.Name, (in Observation o) =>
            {
                seen++;
                if (misfit(o) is { } text)
                {
                    failures.Add($"{o.Name}: {text}");
                }
            });
        }

        session.Predict(input);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(68, seen);
    }

    /// <summary>The golden files' preprocessing: Pillow's bilinear stretch, ImageNet's statistics.</summary>
    private static Tensor Photograph(string name)
    {
        (string file, int height, int width) = name == "chelsea-224x224" ? ("chelsea.png", 224, 224) : ("rocket.jpg", 97, 131);
        Preprocessing stretch = new(height, width, Interpolation.Bilinear, null, Preprocessing.ImageNetMean, Preprocessing.ImageNetStd);
        return new Preprocessor(stretch).Load(Repository.File($"samples/{file}"));
    }
}
