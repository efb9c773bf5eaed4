using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>A max-pool, a basic block of a ResNet and its head, with weights drawn from a seed: small enough for an emulated device, whole enough to fail like a network.</summary>
internal sealed class BlockNetwork : IDisposable
{
    /// <summary>The layer behind the block.</summary>
    public const string Block = "act2";

    private readonly Model _model;

    /// <param name="channels">Of the input and of both convolutions.</param>
    /// <param name="classes">Logits.</param>
    public BlockNetwork(int channels, int classes)
    {
        GraphBuilder builder = new(channels);
        LayerNode pooled = builder.Add("maxpool", Pool, builder.Input);
        LayerNode first = builder.Add("act1", new ReLU(), builder.Add("bn1", new BatchNorm2d(channels), builder.Add("conv1", Convolution(channels), pooled)));
        LayerNode second = builder.Add("bn2", new BatchNorm2d(channels), builder.Add("conv2", Convolution(channels), first));
        LayerNode block = builder.Add(Block, new ReLU(), builder.Add("add", new Add(), second, pooled));
        builder.Add("fc", new Linear(channels, classes), builder.Add("global_pool", new GlobalAveragePool(), block));
        LayerGraph graph = builder.Build();
        Random random = new(channels);
        _model = new Model(graph, new ParameterSet(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Draw(random, p)))), new ModelMetadata { Architecture = "block" });
        (Channels, Classes) = (channels, classes);
    }

    public static MaxPool2d Pool { get; } = new(3, 2, 1);

    public int Channels { get; }

    public int Classes { get; }

    public Tensor this[string parameter] => _model.Parameters[parameter];

    public void Dispose() => _model.Dispose();

    /// <summary>Values between −1 and 1.</summary>
    public static Tensor Input(TensorShape shape) => Draw(new Random(7), shape, -1, 1);

    /// <summary>Batch norm as it is applied: y = scale · x + shift.</summary>
    public (float[] Scale, float[] Shift) Affine(string batchNorm)
    {
        LayerNode node = _model.Graph.Find(batchNorm);
        ScaleAndShift constants = new((BatchNorm2d)node.Op, _model.Parameters.Of(node));
        return (constants.Scale, constants.Shift);
    }

    /// <summary>What the reference backend computes.</summary>
    public (Tensor Logits, Tensor Block) Reference(Tensor input)
    {
        Tensor? block = null;
        using Session session = new(_model, new ReferenceBackend());
        using ObserverHandle observer = session.Observe(Block, (in Observation o) => block = new Tensor(o.Shape, o.Values.ToArray()));
        Tensor logits = session.Predict(input);
        return (logits, block!);
    }

    private static Conv2d Convolution(int channels) => new(channels, channels, 3, 3, Padding: 1);

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
