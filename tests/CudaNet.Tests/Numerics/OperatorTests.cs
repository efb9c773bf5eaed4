using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Single operators of every shape and attribute, on every backend variant, against PyTorch in double precision.</summary>
public sealed class OperatorTests
{
    private static readonly JsonElement Recorded = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("operators.json"))).RootElement;

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (string backend in Backends.All.Select(row => row.Data))
        {
            foreach (JsonElement recorded in Recorded.EnumerateArray())
            {
                cases.Add(backend, recorded.GetProperty("name").GetString()!);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Matches_PyTorch(string backendName, string name)
    {
        JsonElement recorded = Recorded.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        JsonElement attributes = recorded.GetProperty("attributes");
        TensorShape shape = Shape(recorded.GetProperty("input"));
        Model model = Build(recorded.GetProperty("op").GetString()!, attributes, shape, out Tensor input);
        IBackend backend = Backends.Create(backendName);
        using Session session = new(model, backend);
        Tensor actual = session.Predict(input);
        double[] expected = [.. recorded.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, Shape(recorded.GetProperty("shape")), expected, backend.Tolerance);
        Assert.True(comparison.Passed, comparison.ToString());
    }

    /// <summary>A graph around one operator; a vector reaches it as the average of 1×1 planes.</summary>
    private static Model Build(string op, JsonElement attributes, TensorShape shape, out Tensor input)
    {
        int Int(string key) => attributes.GetProperty(key).GetInt32();
        bool Flag(string key) => attributes.GetProperty(key).GetBoolean();
        GraphBuilder builder = new(shape.Channels);
        Dictionary<string, Tensor> parameters = [];
        input = shape.Rank == 4 ? Formula.Uniform("x", shape) : new Tensor(new TensorShape(shape.Batch, shape.Channels, 1, 1), Formula.Uniform("x", shape).Memory);
        switch (op)
        {
            case "Conv2d":
                builder.Add("op", new Conv2d(shape.Channels, Int("k"), Int("r"), Int("s"), Int("stride"), Int("padding"), Int("dilation"), Int("groups"), Flag("bias")), builder.Input);
                break;
            case "MaxPool2d":
                input = new Tensor(shape, input.Values.ToArray().Select(v => v - 2).ToArray());
                builder.Add("op", new MaxPool2d(Int("kernel"), Int("stride"), Int("padding")), builder.Input);
                break;
            case "BatchNorm2d":
                builder.Add("op", new BatchNorm2d(shape.Channels, attributes.GetProperty("eps").GetDouble()), builder.Input);
                break;
            case "ReLU":
                builder.Add("op", new ReLU(), builder.Input);
                break;
            case "Add":
                (builder, input) = AddOfTwoInputs(shape);
                parameters["left.weight"] = Selector(shape.Channels, 0);
                parameters["right.weight"] = Selector(shape.Channels, shape.Channels);
                break;
            case "GlobalAveragePool":
                builder.Add("op", new GlobalAveragePool(), builder.Input);
                break;
            case "Linear":
                LayerNode vector = builder.Add("vector", new GlobalAveragePool(), builder.Input);
                builder.Add("op", new Linear(shape.Channels, Int("k"), Flag("bias")), vector);
                break;
        }

        LayerGraph graph = builder.Build();
        foreach (ParameterSpec spec in graph.Parameters.Where(p => !parameters.ContainsKey(p.Name)))
        {
            string name = spec.Name.Split('.')[^1];
            Tensor values = Formula.Uniform(name, spec.Shape);
            parameters[spec.Name] = name == "running_var" ? new Tensor(spec.Shape, values.Values.ToArray().Select(v => v + 1.5f).ToArray()) : values;
        }

        return new Model(graph, new ParameterSet(graph, parameters), new ModelMetadata { Architecture = "test" });
    }

    /// <summary>Two operands reach a sum as the halves of one input's channels, each picked by a unit convolution.</summary>
    private static (GraphBuilder Builder, Tensor Input) AddOfTwoInputs(TensorShape shape)
    {
        GraphBuilder builder = new(2 * shape.Channels);
        LayerNode left = builder.Add("left", new Conv2d(2 * shape.Channels, shape.Channels, 1, 1), builder.Input);
        LayerNode right = builder.Add("right", new Conv2d(2 * shape.Channels, shape.Channels, 1, 1), builder.Input);
        builder.Add("op", new Add(), left, right);
        Tensor x = Formula.Uniform("x", shape), y = Formula.Uniform("y", shape);
        IEnumerable<float> both = Enumerable.Range(0, shape.Batch).SelectMany(n => (float[])[.. x.Image(n).Values, .. y.Image(n).Values]);
        return (builder, new Tensor(new TensorShape(shape.Batch, 2 * shape.Channels, shape.Height, shape.Width), both.ToArray()));
    }

    private static Tensor Selector(int channels, int first)
    {
        float[] weight = new float[channels * 2 * channels];
        for (int k = 0; k < channels; k++)
        {
            weight[(k * 2 * channels) + first + k] = 1;
        }

        return new Tensor(new TensorShape(channels, 2 * channels, 1, 1), weight);
    }

    private static TensorShape Shape(JsonElement extents) => new([.. extents.EnumerateArray().Select(e => e.GetInt32())]);
}
