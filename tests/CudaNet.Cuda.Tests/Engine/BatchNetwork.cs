using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Convolutions of every kind that batches are cut for: grouped, strided, padded by side, two alike; and sums long enough that their order is seen.</summary>
internal static class BatchNetwork
{
    /// <summary>Two of the six are alike.</summary>
    public const int Convolutions = 6, DistinctConvolutions = 5;

    private const int Channels = 16, Side = 12;

    public static LayerGraph Graph { get; } = Build();

    public static Session Open(IBackend backend)
    {
        using Model model = Networks.Create(Graph);
        return new Session(model, backend);
    }

    public static TensorShape Shape(int batch) => new(batch, 3, Side, Side);

    /// <summary>The first images of one row of images.</summary>
    public static Tensor Input(int batch, int first = 0)
    {
        Tensor all = Formula.Input(first + batch, 3, Side, Side);
        return new Tensor(Shape(batch), all.Values[(int)(first * Shape(1).ElementCount)..].ToArray());
    }

    /// <summary>Every layer's values and the output's, by image.</summary>
    public static Dictionary<string, float[][]> Run(Session session, Tensor input)
    {
        int batch = input.Shape.Batch;
        LayerOutputs outputs = session.Extract(input, [.. Graph.Layers.Select(l => l.Name)]);
        Dictionary<string, float[][]> images = outputs.Layers.ToDictionary(l => l.Name, l => Split(outputs[l], batch));
        images["output"] = Split(outputs.Output, batch);
        return images;
    }

    private static float[][] Split(Tensor values, int batch) => [.. values.Values.ToArray().Chunk(values.Values.Length / batch)];

    private static LayerGraph Build()
    {
        GraphBuilder graph = new(3);
        LayerNode value = graph.Add("stem", new Conv2d(3, Channels, 3, 3, Padding: 1), graph.Input);
        value = graph.Add("stem.bn", new BatchNorm2d(Channels), value);
        value = graph.Add("stem.act", new ReLU(), value);
        value = graph.Add("grouped", new Conv2d(Channels, Channels, 3, 3, Stride: 2, Padding: 1, Groups: 2), value);
        value = graph.Add("grouped.bn", new BatchNorm2d(Channels), value);
        LayerNode input = graph.Add("grouped.act", new ReLU(), value);
        value = graph.Add("sides", new Conv2d(Channels, Channels, 3, 3, Padding: new Padding(2, 1, 1, 1), Bias: true), input);
        value = graph.Add("sides.act", new ReLU(), value);
        value = graph.Add("valid", new Conv2d(Channels, Channels, 2, 1), value);
        value = graph.Add("first", new Conv2d(Channels, Channels, 3, 3, Padding: 1), value);
        value = graph.Add("first.act", new ReLU(), value);
        value = graph.Add("second", new Conv2d(Channels, Channels, 3, 3, Padding: 1), value);
        value = graph.Add("second.bn", new BatchNorm2d(Channels), value);
        value = graph.Add("add", new Add(), value, input);
        value = graph.Add("act", new ReLU(), value);
        value = graph.Add("pool", new GlobalAveragePool(), value);
        graph.Add("fc", new Linear(Channels, 5), value);
        return graph.Build();
    }
}
