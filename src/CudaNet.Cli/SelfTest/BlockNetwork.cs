using CudaNet.Engine;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>A max-pool, two basic blocks of a ResNet, the second with a shortcut's convolution, and the head, with weights drawn from a seed: small enough for an emulated device, whole enough to fail like a network.</summary>
internal sealed class BlockNetwork : IDisposable
{
    /// <summary>The last layer.</summary>
    public const string Head = "fc";

    /// <param name="channels">Of the input and of both convolutions.</param>
    /// <param name="classes">Logits.</param>
    public BlockNetwork(int channels, int classes)
    {
        GraphBuilder builder = new(channels);
        LayerNode pooled = builder.Add("maxpool", Pool, builder.Input);
        LayerNode first = Block(builder, "block1", channels, stride: 1, pooled, pooled);
        LayerNode shortcut = Normalized(builder, "shortcut.conv", "shortcut.bn", new Conv2d(channels, channels, 1, 1, Stride: 2), first);
        LayerNode second = Block(builder, "block2", channels, stride: 2, first, shortcut);
        builder.Add(Head, new Linear(channels, classes), builder.Add("global_pool", new GlobalAveragePool(), second));
        LayerGraph graph = builder.Build();
        Random random = new(channels);
        Model = new Model(graph, new ParameterSet(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Draw(random, p)))), new ModelMetadata { Architecture = "block" });
    }

    public Model Model { get; }

    private static MaxPool2d Pool { get; } = new(3, 2, 1);

    public void Dispose() => Model.Dispose();

    /// <summary>Values between −1 and 1.</summary>
    public static Tensor Input(TensorShape shape) => Draw(new Random(7), shape, -1, 1);

    /// <summary>What the reference backend computes: each layer's output.</summary>
    public Dictionary<string, Tensor> Reference(Tensor input)
    {
        using Session session = new(Model, new ReferenceBackend());
        return All(session, input);
    }

    /// <summary>Each layer's output.</summary>
    public static Dictionary<string, Tensor> All(Session session, Tensor input)
    {
        LayerOutputs outputs = session.Extract(input, [.. session.Graph.Layers.Select(l => l.Name)]);
        return outputs.Layers.ToDictionary(l => l.Name, l => outputs[l]);
    }

    private static LayerNode Block(GraphBuilder builder, string name, int channels, int stride, LayerNode input, LayerNode shortcut)
    {
        LayerNode first = Normalized(builder, $"{name}.conv1", $"{name}.bn1", new Conv2d(channels, channels, 3, 3, stride, Padding: 1), input);
        LayerNode activated = builder.Add($"{name}.act1", new ReLU(), first);
        LayerNode second = Normalized(builder, $"{name}.conv2", $"{name}.bn2", new Conv2d(channels, channels, 3, 3, Padding: 1), activated);
        return builder.Add($"{name}.act2", new ReLU(), builder.Add($"{name}.add", new Add(), second, shortcut));
    }

    private static LayerNode Normalized(GraphBuilder builder, string convolution, string norm, Conv2d op, LayerNode input) =>
        builder.Add(norm, new BatchNorm2d(op.OutChannels), builder.Add(convolution, op, input));

    private static Tensor Draw(Random random, ParameterSpec spec) => spec.Shape.Rank switch
    {
        4 => Draw(random, spec.Shape, -1, 1, Math.Sqrt(6.0 / (spec.Shape.ElementCount / spec.Shape[0]))),
        2 => Draw(random, spec.Shape, -1, 1, 1 / Math.Sqrt(spec.Shape[1])),
        _ when spec.Name.EndsWith("bias", StringComparison.Ordinal) || spec.Name.EndsWith("mean", StringComparison.Ordinal) => Draw(random, spec.Shape, -0.2, 0.2),
        _ => Draw(random, spec.Shape, 0.5, 1.5),
    };

    private static Tensor Draw(Random random, TensorShape shape, double from, double to, double factor = 1)
    {
        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((from + ((to - from) * random.NextDouble())) * factor);
        }

        return new Tensor(shape, values);
    }
}
