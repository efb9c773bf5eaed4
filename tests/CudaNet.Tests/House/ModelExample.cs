using CudaNet.Engine;

namespace CudaNet.Tests.House;

/// <summary>The first block of <c>docs/adding-a-model.md</c>, word for word: <see cref="ReadmeTests"/> compares and runs it.</summary>
internal static class ModelExample
{
    public static void Run()
    {
        // begin
        GraphBuilder graph = new(inputChannels: 3);
        LayerNode value = graph.Add("conv", new Conv2d(3, 16, 3, 3, Stride: 2, Padding: 1), graph.Input);
        using (graph.Scope("block"))
        {
            LayerNode shortcut = value;
            value = graph.Add("conv", new Conv2d(16, 16, 3, 3, Padding: 1), value);
            value = graph.Add("bn", new BatchNorm2d(16), value);
            value = graph.Add("add", new Add(), value, shortcut);
            value = graph.Add("act", new ReLU(), value, aliases: ["relu"]);
        }

        value = graph.Add("pool", new GlobalAveragePool(), value);
        graph.Add("fc", new Linear(16, 10), value);
        LayerGraph network = graph.Build();
        // end
        Console.WriteLine(network.InferShapes(new TensorShape(1, 3, 64, 64))[network.Find("block").Index]);
    }
}
