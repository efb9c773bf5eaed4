using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Convolutions and what follows them in a step, on odd shapes, at every vector width, every stage observed, against the reference backend.</summary>
public sealed class ConvolutionTests
{
    private static readonly (Conv2d Op, int Height, int Width, int Batch)[] Rows =
    [
        (new(1, 1, 1, 1), 1, 1, 1),
        (new(1, 33, 3, 3, Padding: 1), 1, 1, 2),
        (new(3, 64, 7, 7, Stride: 2, Padding: 3), 33, 47, 2),
        (new(8, 20, 3, 5, Padding: 2), 9, 8, 1),
        (new(9, 17, 7, 7, Stride: 2, Padding: 3), 20, 13, 1),
        (new(5, 130, 3, 3, Padding: 1), 7, 7, 3),
        (new(130, 33, 3, 3, Stride: 2, Padding: 1), 14, 15, 1),
        (new(130, 5, 1, 1, Bias: true), 33, 47, 1),
        (new(33, 48, 1, 1, Stride: 2), 9, 9, 2),
        (new(16, 32, 3, 3), 5, 6, 1),
        (new(20, 20, 3, 3, Padding: 2, Dilation: 2), 11, 10, 2),
        (new(16, 24, 5, 3, Stride: 3, Padding: 4, Dilation: 3), 17, 16, 1),
        (new(128, 128, 3, 3, Stride: 2, Padding: 1, Groups: 32), 9, 7, 2),
        (new(33, 33, 3, 3, Padding: 1, Groups: 33), 8, 9, 1),
        (new(33, 66, 3, 3, Padding: 1, Groups: 33), 8, 9, 1),
        (new(30, 12, 3, 3, Padding: 1, Groups: 6, Bias: true), 33, 47, 1),
        (new(20, 20, 5, 5, Padding: 4, Dilation: 2, Groups: 5), 6, 40, 1),
        (new(64, 64, 3, 3, Padding: 1, Groups: 4), 14, 14, 1),
        (new(64, 128, 3, 3, Padding: 1, Groups: 2), 8, 8, 2),
        (new(96, 48, 1, 1, Groups: 3), 5, 5, 1),
        (new(544, 16, 1, 1), 2, 3, 1),
        (new(48, 16, 9, 9, Padding: 1), 12, 12, 1),
        (new(16, 544, 3, 3, Padding: 1), 10, 20, 1),
    ];

    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> cases = [];
        foreach (string backend in Backends.Cpu.Select(row => row.Data))
        {
            for (int row = 0; row < Rows.Length; row++)
            {
                cases.Add(backend, row);
            }
        }

        return cases;
    }

    /// <summary>The convolution reads the run's input.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void First_in_a_network(string backend, int row)
    {
        (Conv2d op, int height, int width, int batch) = Rows[row];
        GraphBuilder graph = new(op.InChannels);
        LayerNode shortcut = graph.Add("shortcut", op with { Bias = false }, graph.Input);
        AddUnit(graph, op, graph.Input, shortcut);
        Networks.AssertLikeReference(graph.Build(), Formula.Input(batch, op.InChannels, height, width), Backends.Create(backend));
    }

    /// <summary>The convolution reads what another step stored.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Further_on(string backend, int row)
    {
        (Conv2d op, int height, int width, int batch) = Rows[row];
        GraphBuilder graph = new(op.InChannels);
        LayerNode stored = graph.Add("stored", new MaxPool2d(1, 1), graph.Input);
        LayerNode shortcut = graph.Add("shortcut", op, stored);
        AddUnit(graph, op, stored, shortcut);
        Networks.AssertLikeReference(graph.Build(), Formula.Input(batch, op.InChannels, height, width), Backends.Create(backend));
    }

    private static void AddUnit(GraphBuilder graph, Conv2d op, LayerNode input, LayerNode shortcut)
    {
        LayerNode value = graph.Add("conv", op, input);
        value = graph.Add("bn", new BatchNorm2d(op.OutChannels), value);
        value = graph.Add("add", new Add(), value, shortcut);
        graph.Add("act", new ReLU(), value);
    }
}
