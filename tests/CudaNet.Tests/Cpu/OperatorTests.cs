using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Everything but convolutions, on odd shapes, at every vector width, against the reference backend; and values that are no numbers.</summary>
public sealed class OperatorTests
{
    public static TheoryData<string> Widths => Backends.Cpu;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Pooling_linear_and_elementwise_layers(string backend)
    {
        foreach ((int batch, int channels, int height, int width) in (ReadOnlySpan<(int, int, int, int)>)[(1, 1, 1, 1), (2, 33, 7, 9), (3, 130, 33, 47), (1, 16, 5, 2)])
        {
            GraphBuilder graph = new(channels);
            LayerNode value = graph.Add("norm", new BatchNorm2d(channels), graph.Input);
            value = graph.Add("pool", new MaxPool2d(3, 2, 1), value);
            value = graph.Add("act", new ReLU(), value);
            value = graph.Add("twice", new Add(), value, value);
            value = graph.Add("average", new GlobalAveragePool(), value);
            LayerNode one = graph.Add("linear", new Linear(channels, 21), value);
            LayerNode other = graph.Add("plain", new Linear(channels, 21, Bias: false), value);
            value = graph.Add("sum", new Add(), one, other);
            graph.Add("final", new ReLU(), value);
            Networks.AssertLikeReference(graph.Build(), Formula.Input(batch, channels, height, width), Backends.Create(backend));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Linear_layers_of_many_inputs_and_outputs(string backend)
    {
        foreach ((int inputs, int outputs) in (ReadOnlySpan<(int, int)>)[(2048, 1000), (129, 16), (128, 17), (1, 1)])
        {
            GraphBuilder graph = new(inputs);
            graph.Add("linear", new Linear(inputs, outputs), graph.Add("average", new GlobalAveragePool(), graph.Input));
            Networks.AssertLikeReference(graph.Build(), Formula.Input(3, inputs, 1, 1), Backends.Create(backend));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_input_may_be_residual_and_output_an_image(string backend)
    {
        GraphBuilder graph = new(5);
        LayerNode value = graph.Add("conv", new Conv2d(5, 5, 3, 3, Padding: 1), graph.Input);
        graph.Add("add", new Add(), value, graph.Input);
        Networks.AssertLikeReference(graph.Build(), Formula.Input(2, 5, 6, 7), Backends.Create(backend));
    }

    /// <summary>NaN goes through ReLU, the sum, the norm and every window that holds it, and no further; infinities do not become NaN.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Values_that_are_no_numbers_stay_where_they_belong(string backend)
    {
        GraphBuilder graph = new(6);
        LayerNode pooled = graph.Add("pool", new MaxPool2d(3, 1, 1), graph.Input);
        LayerNode value = graph.Add("grouped", new Conv2d(6, 6, 3, 3, Padding: 1, Groups: 6), pooled);
        value = graph.Add("norm", new BatchNorm2d(6), value);
        value = graph.Add("add", new Add(), value, pooled);
        value = graph.Add("act", new ReLU(), value);
        graph.Add("conv", new Conv2d(6, 20, 3, 3, Padding: 1), value);
        LayerGraph built = graph.Build();
        float[] values = Formula.Input(1, 6, 9, 9).Values.ToArray();
        values[(81 * 2) + 12] = float.NaN;
        values[(81 * 4) + 60] = float.PositiveInfinity;
        Tensor input = new(new TensorShape(1, 6, 9, 9), values);
        Dictionary<string, Tensor> expected = Networks.Run(built, input, new Kernels.Reference.ReferenceBackend());
        foreach ((string layer, Tensor actual) in Networks.Run(built, input, Backends.Create(backend)))
        {
            string[] kinds = [.. actual.Values.ToArray().Select(Kind)];
            Assert.True(kinds.SequenceEqual(expected[layer].Values.ToArray().Select(Kind)), layer);
        }

        static string Kind(float value) => float.IsNaN(value) ? "NaN" : float.IsInfinity(value) ? $"{value}" : "number";
    }
}
