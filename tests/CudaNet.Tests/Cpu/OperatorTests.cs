using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>What a catalogue of single operators does not show, at every vector width, against the reference backend.</summary>
public sealed class OperatorTests
{
    public static TheoryData<string> Widths => Backends.OfCpu;

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
