using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>Each operator of the table, in the forms in which exporters write it, against ONNX Runtime.</summary>
public sealed class OnnxOperatorTests
{
    private const int Batch = 2, Channels = 3, Height = 9, Width = 11;

    private static readonly Dictionary<string, Func<OnnxBytes>> Graphs = new(StringComparer.Ordinal)
    {
        ["Conv, pads a side"] = () => Images().Constant("w", [4, 3, 3, 3]).Node("Conv", "x w", "y", OnnxBytes.Attribute("pads", 1, 2, 0, 1), OnnxBytes.Attribute("strides", 2, 2)),
        ["Conv, bias and dilation"] = () => Images().Constant("w", [4, 3, 3, 2]).Constant("b", [4]).Node("Conv", "x w b", "y", OnnxBytes.Attribute("dilations", 2, 2), OnnxBytes.Attribute("kernel_shape", 3, 2)),
        ["Conv, groups"] = () => Images().Constant("w", [6, 1, 3, 3]).Node("Conv", "x w", "y", OnnxBytes.Attribute("group", 3), OnnxBytes.Attribute("pads", 1, 1, 1, 1)),
        ["Conv, SAME_UPPER"] = () => Fixed().Constant("w", [4, 3, 4, 4]).Node("Conv", "x w", "y", OnnxBytes.Attribute("auto_pad", "SAME_UPPER"), OnnxBytes.Attribute("strides", 2, 2)),
        ["Conv, SAME_LOWER"] = () => Fixed().Constant("w", [4, 3, 4, 4]).Node("Conv", "x w", "y", OnnxBytes.Attribute("auto_pad", "SAME_LOWER"), OnnxBytes.Attribute("strides", 3, 3)),
        ["Conv, SAME_UPPER of padded rows"] = () => Fixed().Constant("w", [4, 3, 4, 4]).Integers("p", 0, 0, 1, 0, 0, 0, 1, 1).Node("Pad", "x p", "q").Node("Conv", "q w", "y", OnnxBytes.Attribute("auto_pad", "SAME_UPPER"), OnnxBytes.Attribute("strides", 2, 2)),
        ["Conv, VALID"] = () => Images().Constant("w", [4, 3, 2, 2]).Node("Conv", "x w", "y", OnnxBytes.Attribute("auto_pad", "VALID")),
        ["BatchNormalization"] = () => Images().Constant("s", [3]).Constant("b", [3]).Constant("m", [3]).Constant("v", [3], 0.5f, 1.5f, 2e-5f).Node("BatchNormalization", "x s b m v", "y", OnnxBytes.Attribute("epsilon", 1e-3f), OnnxBytes.Attribute("momentum", 0.9f)),
        ["BatchNormalization, a large epsilon"] = () => Images().Constant("s", [3]).Constant("b", [3]).Constant("m", [3]).Constant("v", [3], 0.5f, 1.5f, 2f).Node("BatchNormalization", "x s b m v", "y", OnnxBytes.Attribute("epsilon", 1e30f)),
        ["Relu"] = () => Images().Node("Relu", "x", "y"),
        ["MaxPool, ceil mode"] = () => Images().Node("MaxPool", "x", "y", OnnxBytes.Attribute("kernel_shape", 3, 3), OnnxBytes.Attribute("strides", 2, 2), OnnxBytes.Attribute("ceil_mode", 1)),
        ["MaxPool, pads a side"] = () => Images().Node("MaxPool", "x", "y", OnnxBytes.Attribute("kernel_shape", 3, 3), OnnxBytes.Attribute("strides", 2, 2), OnnxBytes.Attribute("pads", 1, 1, 0, 0)),
        ["AveragePool, padding not counted"] = () => Images().Node("AveragePool", "x", "y", OnnxBytes.Attribute("kernel_shape", 3, 3), OnnxBytes.Attribute("pads", 1, 1, 1, 1)),
        ["AveragePool, padding counted"] = () => Images().Node("AveragePool", "x", "y", OnnxBytes.Attribute("kernel_shape", 2, 2), OnnxBytes.Attribute("strides", 2, 2), OnnxBytes.Attribute("pads", 1, 1, 1, 1), OnnxBytes.Attribute("count_include_pad", 1)),
        ["Pad of a convolution"] = () => Images().Constant("w", [4, 3, 3, 3]).Integers("p", 0, 0, 1, 2, 0, 0, 3, 0).Node("Pad", "x p", "q").Node("Conv", "q w", "y", OnnxBytes.Attribute("pads", 1, 1, 1, 1)),
        ["Pad of a mean"] = () => Images().Integers("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "q").Node("AveragePool", "q", "y", OnnxBytes.Attribute("kernel_shape", 3, 3)),
        ["Pad of zeros behind a ReLU"] = () => Images().Integers("p", 0, 0, 1, 1, 0, 0, 0, 1).Node("Relu", "x", "r").Node("Pad", "r p", "q").Node("MaxPool", "q", "y", OnnxBytes.Attribute("kernel_shape", 3, 3), OnnxBytes.Attribute("strides", 2, 2)),
        ["GlobalAveragePool, Flatten, Gemm"] = () => Images().Constant("w", [5, 3]).Constant("b", [5]).Node("GlobalAveragePool", "x", "p").Node("Flatten", "p", "f").Node("Gemm", "f w b", "y", OnnxBytes.Attribute("transB", 1)),
        ["Gemm, not transposed and scaled"] = () => Pooled().Constant("w", [3, 5]).Constant("b", [1, 5]).Node("Gemm", "f w b", "y", OnnxBytes.Attribute("alpha", 0.5f), OnnxBytes.Attribute("beta", 3f)),
        ["Gemm without a bias"] = () => Pooled().Constant("w", [3, 5]).Node("Gemm", "f w", "y"),
        ["MatMul and Add"] = () => Pooled().Constant("w", [3, 5]).Constant("b", [5]).Node("MatMul", "f w", "m").Node("Add", "b m", "y"),
        ["MatMul by a transposed constant"] = () => Pooled().Constant("w", [5, 3]).Node("Transpose", "w", "t", OnnxBytes.Attribute("perm", 1, 0)).Node("MatMul", "f t", "y"),
        ["ReduceMean that keeps dimensions"] = () => Images().Node("ReduceMean", "x", "y", OnnxBytes.Attribute("axes", 2, 3)),
        ["ReduceMean, negative axes"] = () => Images().Node("ReduceMean", "x", "y", OnnxBytes.Attribute("axes", -1, -2), OnnxBytes.Attribute("keepdims", 0)),
        ["ReduceMean, axes as an input"] = () => Images(18).Integers("a", 2, 3).Node("ReduceMean", "x a", "y", OnnxBytes.Attribute("keepdims", 0)),
        ["Add of two values"] = () => Images().Node("Relu", "x", "r").Node("Add", "r x", "y"),
        ["Sum of two values"] = () => Images().Node("Relu", "x", "r").Node("Sum", "x r", "y"),
        ["arithmetic a channel"] = () => Images().Constant("m", [3, 1, 1]).Constant("d", [1, 3, 1, 1], 0.5f, 2, -4).Constant("a", []).Constant("s", [3, 1, 1]).Node("Sub", "x m", "p").Node("Div", "p d", "q").Node("Mul", "s q", "r").Node("Add", "r a", "y"),
        ["a constant minus the images"] = () => Images().Constant("m", [3, 1, 1]).Node("Sub", "m x", "y"),
        ["a mean image"] = () => Fixed().Constant("m", [1, 3, Height, Width]).Node("Sub", "x m", "y"),
        ["BGR by Split and Concat"] = () => Images().Constant("m", [3, 1, 1]).Constant("w", [4, 3, 3, 3]).Node("Split", "x", "r g b", OnnxBytes.Attribute("axis", 1)).Node("Concat", "b g r", "c", OnnxBytes.Attribute("axis", 1)).Node("Sub", "c m", "s").Node("Conv", "s w", "y"),
        ["BGR and a mean image"] = () => Fixed().Constant("m", [3, Height, Width]).Constant("w", [4, 3, 3, 3]).Node("Split", "x", "r g b", OnnxBytes.Attribute("axis", 1)).Node("Concat", "b g r", "c", OnnxBytes.Attribute("axis", 1)).Node("Sub", "c m", "s").Node("Conv", "s w", "y"),
        ["another order by Gather"] = () => Images().Constant("w", [4, 3, 1, 1]).Integers("i", 2, 0, 1).Node("Gather", "x i", "c", OnnxBytes.Attribute("axis", 1)).Node("Conv", "c w", "y"),
        ["BGR by Slice"] = () => Images().Constant("w", [4, 3, 1, 1]).Integers("s", -1).Integers("e", long.MinValue).Integers("a", 1).Integers("t", -1).Node("Slice", "x s e a t", "c").Node("Conv", "c w", "y"),
        ["x.view(x.size(0), -1)"] = () => View(11).Integers("u", -1).Node("Unsqueeze", "b", "d", OnnxBytes.Attribute("axes", [0])).Node("Concat", "d u", "t", OnnxBytes.Attribute("axis", 0)).Node("Reshape", "p t", "y"),
        ["x.view(x.size(0), x.size(1))"] = () => View(13).Integers("n", 0).Integers("j", 1).Node("Gather", "e j", "c1").Node("Unsqueeze", "b n", "d").Node("Concat", "d c1", "t", OnnxBytes.Attribute("axis", 0)).Node("Reshape", "p t", "y"),
        ["Shape from start to end"] = () => Images().Integers("u", -1).Node("GlobalAveragePool", "x", "p").Node("Shape", "p", "b", OnnxBytes.Attribute("start", 0), OnnxBytes.Attribute("end", 1)).Node("Concat", "b u", "t", OnnxBytes.Attribute("axis", 0)).Node("Reshape", "p t", "y"),
        ["Reshape to -1 and C"] = () => Images().Integers("t", -1, 3).Node("GlobalAveragePool", "x", "p").Node("Reshape", "p t", "y"),
        ["Reshape to 0 and -1"] = () => Images().Integers("t", 0, -1).Node("GlobalAveragePool", "x", "p").Node("Reshape", "p t", "y"),
        ["Squeeze"] = () => Images(11).Node("GlobalAveragePool", "x", "p").Node("Squeeze", "p", "y", OnnxBytes.Attribute("axes", 2, 3)),
        ["Squeeze, one axis after the other"] = () => Images().Integers("a", -1).Node("GlobalAveragePool", "x", "p").Node("Squeeze", "p a", "q").Node("Squeeze", "q a", "y"),
        ["Flatten of an image"] = () => Fixed().Node("Flatten", "x", "y"),
        ["Flatten of one pixel of any size"] = () => Images().Constant("w", [5, 3]).Node("AveragePool", "x", "p", OnnxBytes.Attribute("kernel_shape", 9, 9), OnnxBytes.Attribute("strides", 9, 9)).Node("Flatten", "p", "f").Node("Gemm", "f w", "y", OnnxBytes.Attribute("transB", 1)),
        ["Conv of one pixel"] = () => Images().Constant("w", [5, 3, 1, 1]).Constant("b", [5]).Node("GlobalAveragePool", "x", "p").Node("Conv", "p w b", "y"),
        ["Softmax of an old version"] = () => Pooled(11).Node("Softmax", "f", "y"),
        ["Softmax"] = () => Pooled().Node("Softmax", "f", "y"),
        ["Identity, Dropout and Cast"] = () => Images().Node("Identity", "x", "i").Node("Dropout", "i", "d").Node("Cast", "d", "c", OnnxBytes.Attribute("to", 1)).Node("Relu", "c", "y"),
        ["MatMul that is read under another name"] = () => Pooled().Constant("w", [3, 5]).Constant("b", [5]).Node("MatMul", "f w", "m").Node("Identity", "m", "i").Node("Add", "i b", "a").Node("Add", "a m", "y"),
        ["BatchNormalization of features"] = () => Pooled().Constant("s", [3]).Constant("b", [3]).Constant("m", [3]).Constant("v", [3], 0.5f, 1.5f, 2).Node("BatchNormalization", "f s b m v", "y"),
        ["arithmetic of features"] = () => Pooled().Constant("s", []).Constant("k", [3]).Node("Div", "f s", "d").Node("Sub", "k d", "a").Node("Add", "a k", "b").Node("Mul", "b k", "y"),
        ["arithmetic of a mean that keeps dimensions"] = () => Images().Constant("k", [1, 3, 1, 1]).Node("GlobalAveragePool", "x", "p").Node("Mul", "p k", "y"),
        ["the row and column of a mean"] = () => Images().Field(5, OnnxBytes.Tensor("zero", 7, [], new byte[8])).Node("GlobalAveragePool", "x", "p").Node("Gather", "p zero", "q", OnnxBytes.Attribute("axis", 3)).Node("Gather", "q zero", "y", OnnxBytes.Attribute("axis", 2)),
        ["AveragePool, ceil mode behind Pad"] = () => Images().Integers("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "q").Node("AveragePool", "q", "y", OnnxBytes.Attribute("kernel_shape", 3, 3), OnnxBytes.Attribute("strides", 2, 2), OnnxBytes.Attribute("ceil_mode", 1)),
        ["a constant node and arithmetic of constants"] = () => Images().Constant("a", [3, 1, 1]).Constant("b", [1]).Node("Mul", "a b", "m").Node("Sqrt", "b", "s").Node("Add", "x m", "y"),
    };

    public static TheoryData<string> Names => [.. Graphs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Computes_what_ONNX_Runtime_does(string name) => OnnxRuntimeJudge.AssertSame(Graphs[name](), Formula.Input(Batch, Channels, Height, Width));

    /// <summary>What tf2onnx writes: N×H×W×C at the input, arithmetic before and after the transposition.</summary>
    [Fact]
    public void Reads_channels_that_come_last()
    {
        OnnxBytes graph = OnnxBytes.Graph(0, 0, 0, Channels).Constant("m", [3]).Constant("w", [4, 3, 3, 3])
            .Node("Sub", "x m", "s").Node("Transpose", "s", "t", OnnxBytes.Attribute("perm", 0, 3, 1, 2)).Node("Conv", "t w", "y", OnnxBytes.Attribute("pads", 1, 1, 1, 1));
        OnnxRuntimeJudge.AssertSame(graph, Formula.Input(Batch, Channels, Height, Width), isChannelsLast: true);
    }

    [Fact]
    public void The_table_in_the_documents_is_the_table()
    {
        string[] lines = File.ReadAllLines(Repository.File("docs/weights.md"));
        Assert.Equal(
            OnnxOperators.All.Select(r => $"| `{r.Name}` | {r.Becomes} | {r.Supported} |"),
            lines.SkipWhile(l => l != "| operator | becomes | supported |").Skip(2).TakeWhile(l => l.StartsWith('|')));
    }

    /// <summary>A row without a graph above is a row that nobody tried.</summary>
    [Fact]
    public void Every_operator_is_in_a_graph()
    {
        string all = string.Concat(Graphs.Values.Select(g => System.Text.Encoding.Latin1.GetString(g().File)));
        Assert.Empty(OnnxOperators.All.Select(r => r.Name).Where(n => !all.Contains($"{n}_", StringComparison.Ordinal)).Except(["Transpose", "Constant", "ConstantOfShape", "Expand", "Tile"]));
    }

    private static OnnxBytes Images(long opset = 17)
    {
        OnnxBytes graph = OnnxBytes.Graph(0, Channels, 0, 0);
        graph.Opset = opset;
        return graph;
    }

    private static OnnxBytes Fixed() => OnnxBytes.Graph(0, Channels, Height, Width);

    private static OnnxBytes Pooled(long opset = 17) => Images(opset).Node("GlobalAveragePool", "x", "p").Node("Flatten", "p", "f");

    /// <summary>The number of images as old exports compute it: <c>b</c>, out of the extents <c>e</c> of <c>p</c>.</summary>
    private static OnnxBytes View(long opset)
    {
        OnnxBytes graph = Images(opset).Node("GlobalAveragePool", "x", "p").Node("Shape", "p", "e");
        return graph.Field(5, OnnxBytes.Tensor("zero", 7, [], new byte[8])).Node("Gather", "e zero", "b", OnnxBytes.Attribute("axis", 0));
    }
}
