using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Groups that begin and end inside blocks of 16 channels: which algorithm they get, like the reference, the same bits everywhere, and nothing of one group in another.</summary>
public sealed class GroupedConvolutionTests
{
    public static TheoryData<string> Widths => Backends.OfCpu;

    private static IEnumerable<OperatorCase> Cases =>
    [
        Case(7, 3, 3, 3, 1, 1, 1, 9, 11),
        Case(9, 5, 5, 3, 2, new Padding(0, 1, 2, 0), 1, 12, 9),
        Case(12, 4, 4, 3, 1, 1, 1, 19, 23),
        Case(10, 4, 4, 3, 2, 2, 2, 13, 14),
        Case(6, 8, 8, 3, 2, 1, 1, 17, 10),
        Case(3, 8, 8, 3, 1, new Padding(0, 2, 1, 0), 2, 15, 9),
        Case(5, 8, 8, 7, 1, 3, 1, 9, 8),
        Case(3, 16, 16, 3, 1, 1, 1, 14, 13),
        Case(2, 16, 16, 5, 2, new Padding(1, 0, 2, 2), 1, 11, 12),
        Case(4, 16, 16, 1, 1, 0, 1, 3, 3),
        Case(4, 8, 16, 3, 1, new Padding(2, 0, 0, 1), 2, 8, 8),
        Case(5, 2, 8, 7, 1, 3, 1, 10, 7),
        Case(3, 2, 2, 13, 1, 6, 1, 14, 13),
        Case(19, 1, 1, 5, 2, 2, 1, 15, 8),
        Case(3, 7, 4, 5, 1, 2, 1, 7, 9),
        Case(5, 9, 12, 3, 1, 1, 1, 13, 9),
        Case(4, 12, 9, 2, 3, new Padding(0, 1, 1, 0), 1, 11, 17),
        Case(17, 17, 17, 3, 1, 1, 1, 6, 5),
        Case(3, 24, 24, 3, 1, 1, 1, 14, 14),
        Case(3, 24, 40, 3, 2, new Padding(1, 2, 0, 1), 1, 9, 13),
        Case(3, 33, 24, 3, 1, 2, 2, 8, 9),
        Case(2, 33, 65, 1, 1, 0, 1, 11, 5),
        Case(2, 56, 33, 5, 1, 4, 2, 7, 6),
        Case(2, 20, 150, 3, 1, 1, 1, 5, 5),
    ];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Like_the_reference_on_the_input_and_further_on(string backend)
    {
        foreach (OperatorCase tested in Cases)
        {
            foreach (bool readsStored in (bool[])[false, true])
            {
                (LayerGraph graph, TensorShape shape) = CaseNetworks.Within(tested, readsStored, batch: 2);
                Networks.AssertLikeReference(graph, Formula.Uniform("input", shape), Backends.Create(backend), tested.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Width_threads_and_batch_change_no_bit(string backend)
    {
        foreach (OperatorCase tested in Cases)
        {
            (LayerGraph graph, TensorShape shape) = CaseNetworks.Within(tested, readsStored: true, batch: 3);
            Tensor batch = Formula.Uniform("input", shape);
            Dictionary<string, Tensor> expected = Networks.Run(graph, batch, Backends.Create("cpu-128-1"));
            foreach ((string layer, Tensor values) in Networks.Run(graph, batch, Backends.Create(backend)))
            {
                Bits.AssertSame(expected[layer].Values, values.Values, $"{layer} of {tested}");
            }

            using Model model = Networks.Create(graph);
            using Session session = new(model, Backends.Create(backend));
            Bits.AssertSame(expected["output"].Image(2).Values, session.Predict(batch.Image(2)).Values, $"output of {tested}, an image alone");
        }
    }

    /// <summary>Kernels for 32 registers with vectors that are narrower than a group, as Arm's are.</summary>
    [Fact]
    public void Many_registers_change_no_bit()
    {
        foreach (OperatorCase tested in Cases)
        {
            (LayerGraph graph, TensorShape shape) = CaseNetworks.Within(tested, readsStored: true, batch: 2);
            Tensor batch = Formula.Uniform("input", shape);
            Dictionary<string, Tensor> expected = Networks.Run(graph, batch, Backends.Create("cpu-128-1"));
            Bits.AssertSame(expected["output"].Values, Networks.Run(graph, batch, new CpuBackend(CpuWidths.ManyRegisters))["output"].Values, $"{tested}");
        }
    }

    /// <summary>Whole channels are NaN, the first and the last of a group: each output of that group is, and no other.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void A_group_sees_nothing_of_its_neighbours(string backend)
    {
        foreach (OperatorCase tested in Cases)
        {
            Conv2d op = (Conv2d)tested.Op;
            GraphBuilder builder = new(op.InChannels);
            builder.Add("op", op, builder.Add("stored", new MaxPool2d(1, 1), builder.Input));
            LayerGraph graph = builder.Build();
            int inputs = op.InChannels / op.Groups, plane = tested.Input.Height * tested.Input.Width;
            foreach (int channel in (int[])[inputs, (2 * inputs) - 1])
            {
                float[] values = Formula.Uniform("input", tested.Input).Values.ToArray();
                values.AsSpan(channel * plane, plane).Fill(float.NaN);
                Tensor input = new(tested.Input, values);
                bool[] expected = [.. Networks.Run(graph, input, new ReferenceBackend())["output"].Values.ToArray().Select(float.IsNaN)];
                bool[] actual = [.. Networks.Run(graph, input, Backends.Create(backend))["output"].Values.ToArray().Select(float.IsNaN)];
                Assert.Contains(true, expected);
                Assert.Contains(false, expected);
                Assert.True(expected.SequenceEqual(actual), $"{tested}, channel {channel}");
            }
        }
    }

    [Theory]
    [InlineData(32, 4, 4, "lanewise")]
    [InlineData(32, 8, 8, "lanewise")]
    [InlineData(4, 8, 24, "lanewise")]
    [InlineData(4, 9, 9, "direct, packed groups")]
    [InlineData(4, 24, 24, "direct, packed groups")]
    [InlineData(2, 16, 24, "direct, packed groups")]
    [InlineData(32, 16, 16, "lanewise")]
    [InlineData(4, 16, 32, "direct")]
    [InlineData(1, 16, 16, "direct")]
    public void The_algorithm_follows_from_the_groups_width(int groups, int inputs, int outputs, string algorithm)
    {
        OperatorCase tested = Case(groups, inputs, outputs, 3, 2, 1, 1, 8, 8);
        GraphBuilder builder = new(groups * inputs);
        builder.Add("op", tested.Op, builder.Input);
        CpuBackend backend = new();
        ExecutionPlan plan = Planner.Plan(builder.Build(), tested.Input, [], backend.Layout);
        Assert.Equal(algorithm, Assert.Single(backend.Measure(plan).Choices).Algorithm);
    }

    private static OperatorCase Case(int groups, int inputs, int outputs, int window, int stride, Padding padding, int dilation, int height, int width) =>
        new(new Conv2d(groups * inputs, groups * outputs, window, window, stride, padding, dilation, groups, Bias: inputs % 2 == 1), new TensorShape(1, groups * inputs, height, width));
}
