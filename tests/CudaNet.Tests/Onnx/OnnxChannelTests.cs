using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>Channels that a graph takes apart, computes with and puts together, as preprocessing does: against ONNX Runtime.</summary>
public sealed class OnnxChannelTests
{
    private const int Height = 9, Width = 11;

    private static readonly byte[] Axis = OnnxBytes.Attribute("axis", 1);

    private static readonly Dictionary<string, Func<OnnxBytes>> Graphs = new(StringComparer.Ordinal)
    {
        ["a mean and a scale for each part"] = () => Parts().Constant("m", [], 0.4f).Constant("n", [1], 0.2f).Constant("d", [], 0.5f).Constant("e", [1, 1, 1, 1], -2)
            .Node("Sub", "r m", "r1").Node("Div", "r1 d", "r2").Node("Sub", "g n", "g1").Node("Mul", "g1 e", "g2").Node("Concat", "b g2 r2", "c", Axis).Node("Conv", "c w", "y", OnnxBytes.Attribute("pads", 1, 1, 1, 1)),
        ["parts in their own order, and one pending scale"] = () => Parts().Constant("m", [], 0.4f).Node("Sub", "r m", "r1").Node("Concat", "r1 g b", "c", Axis).Node("Identity", "c", "i").Node("Relu", "i", "y"),
        ["arithmetic of parts, then of all"] = () => Parts().Constant("m", [], 0.4f).Constant("k", [3, 1, 1]).Node("Sub", "r m", "r1").Node("Concat", "b g r1", "c", Axis).Node("Mul", "c k", "s").Node("Conv", "s w", "y"),
        ["a constant minus a part"] = () => Parts().Constant("m", [], 0.4f).Node("Sub", "m r", "r1").Node("Concat", "r1 g r", "c", Axis).Node("Conv", "c w", "y"),
        ["one channel three times"] = () => Parts().Node("Concat", "g g g", "c", Axis).Node("Conv", "c w", "y", OnnxBytes.Attribute("pads", 0, 1, 0, 1)),
        ["more channels than there are"] = () => Parts().Constant("v", [2, 5, 3, 3]).Node("Concat", "g r b b g", "c", Axis).Node("Conv", "c v", "y"),
        ["grey as three channels"] = () => OnnxBytes.Graph(0, 1, 0, 0).Constant("w", [4, 3, 3, 3]).Node("Concat", "x x x", "c", Axis).Node("Conv", "c w", "y"),
        ["grey out of three channels"] = () => Parts().Constant("kr", [], 0.299f).Constant("kg", [], 0.587f).Constant("kb", [], 0.114f)
            .Node("Mul", "r kr", "r1").Node("Mul", "g kg", "g1").Node("Mul", "b kb", "b1").Node("Add", "r1 g1", "a").Node("Add", "a b1", "y"),
        ["a part that a convolution reads"] = () => Parts().Constant("v", [2, 1, 3, 3]).Node("Conv", "g v", "y"),
        ["a part in rows that are padded"] = () => Parts().Constant("v", [2, 1, 3, 3]).Constant("m", [], 0.4f).Integers("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Add", "g m", "g1").Node("Pad", "g1 p", "q").Node("Conv", "q v", "y"),
        ["a part that is added to itself"] = () => Parts().Node("Add", "g g", "y"),
        ["a part that the graph gives"] = () => Images().Integers("i", 2, 0).Node("Gather", "x i", "y", Axis),
        ["another order that the graph gives"] = () => Parts().Node("Concat", "b r g", "y", Axis),
        ["another order that is pooled"] = () => Parts().Node("Concat", "b r g", "c", Axis).Node("MaxPool", "c", "y", OnnxBytes.Attribute("kernel_shape", 2, 2)),
        ["another order in groups"] = () => Parts().Constant("v", [3, 1, 3, 3]).Node("Concat", "b r g", "c", Axis).Node("Conv", "c v", "y", OnnxBytes.Attribute("group", 3)),
        ["another order that is normalised"] = () => Parts().Constant("s", [3]).Constant("h", [3]).Constant("m", [3]).Constant("u", [3], 0.5f, 1.5f, 2).Node("Concat", "b r g", "c", Axis).Node("BatchNormalization", "c s h m u", "n").Node("Conv", "n w", "y"),
        ["a part that is normalised"] = () => Parts().Constant("s", [1]).Constant("h", [1]).Constant("m", [1]).Constant("u", [1], 0.5f).Node("BatchNormalization", "g s h m u", "y"),
        ["a mean of a part"] = () => Parts().Node("GlobalAveragePool", "g", "p").Node("Flatten", "p", "y"),
        ["another order that is flattened"] = () => OnnxBytes.Graph(0, 3, Height, Width).Node("Split", "x", "r g b", Axis).Node("Concat", "b r g", "c", Axis).Node("Flatten", "c", "y"),
        ["a part less an image"] = () => OnnxBytes.Graph(0, 3, Height, Width).Constant("m", [1, 1, Height, Width]).Node("Split", "x", "r g b", Axis).Node("Sub", "g m", "y"),
        ["a part of a part"] = () => Images().Integers("i", 2, 0).Integers("j", 1, 0, 1).Constant("w", [4, 3, 3, 3]).Constant("m", [2, 1, 1]).Node("Gather", "x i", "a", Axis).Node("Add", "a m", "b").Node("Gather", "b j", "c", Axis).Node("Conv", "c w", "y"),
        ["constants that are cut and joined"] = () => Images().Constant("a", [1], 0.5f).Constant("b", [1], -2).Constant("w", [4, 3, 3, 3]).Integers("i", 2, 0, 1).Integers("s", -1, 0).Integers("e", long.MinValue, 2).Integers("t", -1, 1).Integers("z", 0, 2)
            .Node("Concat", "a b a", "c", OnnxBytes.Attribute("axis", 0)).Integers("shape", 3, 1, 1).Node("Reshape", "c shape", "k").Node("Mul", "x k", "m")
            .Node("Gather", "w i", "w1", Axis).Node("Slice", "w1 s e z t", "w2").Node("Concat", "w2 w2", "w3", OnnxBytes.Attribute("axis", -1)).Node("Conv", "m w3", "y"),
        ["grey by Expand"] = () => Grey().Integers("t", 1, 3, 1, 1).Node("Expand", "x t", "c").Node("Conv", "c w", "y"),
        ["grey by Expand, its shape computed"] = () => Grey().Integers("t", -1, 3, -1, -1).Integers("m", -1).Integers("four", 4).Node("ConstantOfShape", "four", "o", OnnxBytes.Bytes(5, [.. OnnxBytes.Text(1, "value"), .. OnnxBytes.Bytes(5, OnnxBytes.Tensor("v", 7, [1], BitConverter.GetBytes(1L))), .. OnnxBytes.Number(20, 4)]))
            .Node("Mul", "o m", "n").Node("Equal", "t n", "e").Node("Where", "e o t", "s").Node("Expand", "x s", "c").Node("Conv", "c w", "y"),
        ["grey by Tile"] = () => Grey().Integers("t", 1, 3, 1, 1).Node("Tile", "x t", "c").Node("Conv", "c w", "y"),
        ["grey less three means"] = () => Grey().Constant("m", [1, 3, 1, 1]).Constant("d", [3, 1, 1], 0.5f, 2, -4).Node("Sub", "x m", "s").Node("Div", "s d", "c").Node("Conv", "c w", "y"),
        ["three means less grey"] = () => Grey().Constant("m", [1, 3, 1, 1]).Node("Sub", "m x", "c").Node("Conv", "c w", "y"),
        ["a batch norm of each part"] = () => Parts().Constant("s", [1]).Constant("h", [1], 0.3f).Constant("u", [1], 0.5f).Node("BatchNormalization", "r s h h u", "r1").Node("BatchNormalization", "g h s s u", "g1").Node("Concat", "b r1 g1", "c", Axis).Node("Conv", "c w", "y"),
        ["an element of a constant"] = () => Images().Constant("k", [3, 2], 1, 2, 3, 4, 5, 6).Field(5, OnnxBytes.Tensor("one", 7, [], BitConverter.GetBytes(1L))).Node("Gather", "k one", "c", Axis).Node("Unsqueeze", "c axes", "d").Integers("axes", 1, 2).Node("Add", "x d", "y"),
    };

    public static TheoryData<string> Names => [.. Graphs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Are_what_ONNX_Runtime_computes(string name) => OnnxRuntimeJudge.AssertSame(Graphs[name](), Formula.Input(2, name.StartsWith("grey", StringComparison.Ordinal) && name != "grey out of three channels" || name.EndsWith("less grey", StringComparison.Ordinal) ? 1 : 3, Height, Width));

    /// <summary>What is arranged becomes a layer only where something has to read it so, and goes by the name of the node that arranges it.</summary>
    [Fact]
    public void Become_a_layer_under_the_name_of_the_node_that_joins_them()
    {
        using Model joined = ModelFile.Read(Graphs["a mean and a scale for each part"]().File, "graph.onnx");
        Assert.Equal(["input", "Concat_c", "Conv_y"], joined.Graph.Nodes.Select(n => n.Name));
        Assert.IsType<Conv2d>(joined.Graph.Find("c").Op);
        using Model part = ModelFile.Read(Graphs["a part that a convolution reads"]().File, "graph.onnx");
        Assert.Equal(["input", "g", "Conv_y"], part.Graph.Nodes.Select(n => n.Name));
        using Model ordered = ModelFile.Read(Parts().Node("Concat", "b r g", "c", Axis).Node("Conv", "c w", "y").File, "graph.onnx");
        Assert.Equal(["input", "Conv_y"], ordered.Graph.Nodes.Select(n => n.Name));
    }

    /// <summary>What a layer gives under a node's name is what the node gives, in its order of channels: each of these nodes is the graph's output once.</summary>
    [Theory]
    [InlineData("Sub_s")]
    [InlineData("Mul_t")]
    [InlineData("BatchNormalization_n")]
    [InlineData("Relu_q")]
    public void Are_observed_in_the_order_of_the_node(string node)
    {
        OnnxBytes Graph(string output) => OnnxBytes.Graph(0, 3, Height, Width).Constant("w", [4, 3, 3, 3]).Constant("k", [3, 1, 1]).Constant("m", [3, Height, Width]).Constant("h", [3]).Constant("u", [3], 0.5f, 1.5f, 2)
            .Node("Split", "x", "r g b", Axis).Node("Concat", "b r g", "c", Axis).Node("Sub", "c m", "s").Node("Mul", "c k", "t").Node("BatchNormalization", "c h h h u", "n").Node("Relu", "c", "q")
            .Node("Add", "s t", "a1").Node("Add", "a1 n", "a2").Node("Add", "a2 q", "a3").Node("Conv", "a3 w", "z").Node("Identity", output, "y");
        Tensor input = Formula.Input(2, 3, Height, Width);
        using Model model = ModelFile.Read(Graph("z").File, "graph.onnx");
        using Session session = new(model, Backends.Create("reference"));
        Tensor observed = session.Extract(input, [node])[node];
        (_, float[] expected) = OnnxRuntimeJudge.Run(Graph(node.Split('_')[1]).File, input, [2, 3, Height, Width]);
        TensorComparison comparison = TensorComparison.Compare(observed.Shape, observed.Values, new Tensor(observed.Shape, expected), Tolerance.For("cpu"));
        Assert.True(comparison.Passed, comparison.ToString());
    }

    [Fact]
    public void Of_preprocessing_become_a_mean_and_a_scale()
    {
        using TemporaryFolder folder = new();
        OnnxBytes graph = Parts().Constant("m", [], 51).Constant("d", [], 127.5f).Node("Sub", "r m", "r1").Node("Div", "r1 d", "r2").Node("Concat", "b g r2", "y", Axis);
        Preprocessing rule = PreprocessingGraph.Read(folder.Write("p.onnx", graph.File), 224, 224);
        Assert.Equal([2, 1, 0], rule.ChannelOrder);
        Assert.Equal([0, 0, 0.2], rule.Mean.Select(m => Math.Round(m, 15)));
        Assert.Equal([1 / 255.0, 1 / 255.0, 0.5], rule.Std);
        string twice = folder.Write("twice.onnx", Parts().Constant("m", [], 51).Node("Sub", "r m", "r1").Node("Concat", "r1 r1 r1", "y", Axis).File);
        Assert.Contains("gives some channels twice, or not all of them", Assert.Throws<WeightFormatException>(() => PreprocessingGraph.Read(twice, 224, 224)).Message, StringComparison.Ordinal);
    }

    /// <summary>Each node may repeat all channels: what that takes is bounded by the file.</summary>
    [Fact]
    public void Cost_no_more_than_the_file_allows()
    {
        OnnxBytes graph = OnnxBytes.Graph(1, 32768, 1, 1).Constant("s", [], 2);
        for (int i = 0; i < 2000; i++)
        {
            graph.Node("Split", i == 0 ? "x" : $"v{i}", $"a{i} b{i}", Axis).Node("Concat", $"b{i} a{i}", $"v{i + 1}", Axis);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] file = graph.Node("Relu", "v2000", "y").File;
        Assert.Contains("16 times", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(file, "graph.onnx")).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L << 20);
    }

    /// <summary>What is padded becomes the layer where its channels are chosen: the node that pads gives other rows and columns.</summary>
    [Fact]
    public void Of_what_is_padded_have_no_name_of_the_padding()
    {
        using Model model = ModelFile.Read(Graphs["a part in rows that are padded"]().File, "graph.onnx");
        Assert.Equal(["input", "Add_g1", "Conv_y"], model.Graph.Nodes.Select(n => n.Name));
    }

    /// <summary>What Keras' exports do: BGR, the means, then the transposition.</summary>
    [Fact]
    public void May_be_arranged_where_they_come_last()
    {
        OnnxBytes graph = OnnxBytes.Graph(0, 0, 0, 3).Constant("m", [3]).Constant("w", [4, 3, 3, 3]).Integers("s", -1).Integers("e", long.MinValue).Integers("a", 3).Integers("t", -1)
            .Node("Slice", "x s e a t", "c").Node("Sub", "c m", "d").Node("Transpose", "d", "p", OnnxBytes.Attribute("perm", 0, 3, 1, 2)).Node("Conv", "p w", "y");
        OnnxRuntimeJudge.AssertSame(graph, Formula.Input(2, 3, Height, Width), isChannelsLast: true);
    }

    /// <summary>Files of a few kilobytes that repeat, cut or reshape what is large: refused or read with no more memory than their size allows, and soon.</summary>
    [Fact]
    public void And_constants_cost_what_the_file_is_worth()
    {
        OnnxBytes joined = OnnxBytes.Graph(1, 65536, 1, 1).Node("Concat", string.Join(' ', Enumerable.Repeat("x", 2000)), "y", Axis);
        OnnxBytes reshaped = OnnxBytes.Graph(1, 3, 1, 1).Constant("c0", [512, 512]).Integers("s", 512, 512).Node("Relu", "x", "y");
        OnnxBytes split = OnnxBytes.Graph(1, 65536, 1, 1).Node("Split", "x", string.Join(' ', Enumerable.Range(0, 65536).Select(i => $"p{i}")), Axis).Node("Relu", "x", "y");
        for (int i = 0; i < 1500; i++)
        {
            reshaped.Node("Transpose", $"c{i}", $"t{i}", OnnxBytes.Attribute("perm", 1, 0)).Node("Reshape", $"t{i} s", $"c{i + 1}");
        }

        foreach ((OnnxBytes graph, bool isRefused) in ((OnnxBytes, bool)[])[(joined, true), (reshaped, true), (split, false)])
        {
            byte[] file = graph.File;
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? refusal = Record.Exception(() => ModelFile.Read(file, "graph.onnx").Dispose());
            Assert.Equal(isRefused, refusal is CudaNetException);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);
        }
    }

    private static OnnxBytes Grey() => OnnxBytes.Graph(0, 1, 0, 0).Constant("w", [4, 3, 3, 3]);

    private static OnnxBytes Images() => OnnxBytes.Graph(0, 3, 0, 0);

    /// <summary>Three parts, and a weight that takes three channels.</summary>
    private static OnnxBytes Parts() => Images().Constant("w", [4, 3, 3, 3]).Node("Split", "x", "r g b", Axis);
}
