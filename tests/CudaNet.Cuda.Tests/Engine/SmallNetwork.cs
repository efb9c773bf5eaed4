using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The smallest network that has every kind of step: a run is milliseconds on the emulated device.</summary>
internal static class SmallNetwork
{
    /// <summary>Two layers whose observation takes the copy behind a step, and a step that stores one value more.</summary>
    public static readonly string[] Observed = ["stem.bn", "block.act"];

    public static LayerGraph Graph { get; } = Build();

    public static TensorShape Shape { get; } = new(1, 3, 8, 8);

    public static Tensor Input(int batch = 1) => Formula.Input(batch, 3, 8, 8);

    public static Model Create() => Networks.Create(Graph);

    public static PreparedModel Prepare(IBackend backend)
    {
        using Model model = Create();
        return backend.Prepare(model);
    }

    public static Session Open(IBackend backend, InferenceOptions? options = null)
    {
        using Model model = Create();
        return new Session(model, backend, options);
    }

    /// <summary>The output, and the layers' values behind it.</summary>
    public static float[] Run(Session session, int batch = 1, params string[] layers)
    {
        LayerOutputs outputs = session.Extract(Input(batch), layers);
        return [.. outputs.Output.Values, .. outputs.Layers.SelectMany(l => outputs[l].Values.ToArray())];
    }

    private static LayerGraph Build()
    {
        GraphBuilder graph = new(3);
        LayerNode value = graph.Add("stem.conv", new Conv2d(3, 4, 3, 3, Padding: 1), graph.Input);
        value = graph.Add("stem.bn", new BatchNorm2d(4), value);
        value = graph.Add("stem.act", new ReLU(), value);
        LayerNode input = graph.Add("maxpool", new MaxPool2d(3, 2, 1), value);
        value = graph.Add("block.conv1", new Conv2d(4, 8, 3, 3, Stride: 2, Padding: 1), input);
        value = graph.Add("block.bn1", new BatchNorm2d(8), value);
        value = graph.Add("block.act1", new ReLU(), value);
        LayerNode shortcut = graph.Add("block.downsample.0", new Conv2d(4, 8, 1, 1, Stride: 2), input);
        shortcut = graph.Add("block.downsample.1", new BatchNorm2d(8), shortcut);
        value = graph.Add("block.conv2", new Conv2d(8, 8, 3, 3, Padding: 1), value);
        value = graph.Add("block.bn2", new BatchNorm2d(8), value);
        value = graph.Add("block.add", new Add(), value, shortcut);
        value = graph.Add("block.act", new ReLU(), value);
        value = graph.Add("pool", new GlobalAveragePool(), value);
        graph.Add("fc", new Linear(8, 5), value);
        return graph.Build();
    }
}
