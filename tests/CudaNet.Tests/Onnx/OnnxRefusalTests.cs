using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>What of ONNX cannot be run is named by node, operator and attribute, all of it at once; what is malformed costs neither time nor memory.</summary>
public sealed class OnnxRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly Dictionary<string, (Func<OnnxBytes> Graph, string Reason)> Graphs = new(StringComparer.Ordinal)
    {
        ["training"] = (() => Norm(OnnxBytes.Attribute("training_mode", 1)), "'BatchNormalization_y' (BatchNormalization): training_mode is 1"),
        ["an operator"] = (() => Images().Node("HardSwish", "x", "y"), "'HardSwish_y' (HardSwish): the operator is not supported"),
        ["quantised"] = (() => Images().Node("QLinearConv", "x", "y"), "(QLinearConv): the operator is not supported"),
        ["a loop"] = (() => Images().Node("If", "x", "y", OnnxBytes.Bytes(5, [.. OnnxBytes.Text(1, "then_branch"), .. OnnxBytes.Bytes(6, [])])), "(If): the operator is not supported"),
        ["another domain"] = (() => Images().Field(1, [.. OnnxBytes.Text(1, "x"), .. OnnxBytes.Text(2, "y"), .. OnnxBytes.Text(4, "FusedConv"), .. OnnxBytes.Text(7, "com.microsoft")]), "'y' (FusedConv): operators of the domain 'com.microsoft'"),
        ["an attribute"] = (() => Images().Node("Relu", "x", "y", OnnxBytes.Attribute("slope", 0.1f)), "attribute 'slope' is not known"),
        ["one dimension of space"] = (() => Images().Constant("w", [4, 3, 3]).Node("Conv", "x w", "y"), "supported are two dimensions of space"),
        ["two strides"] = (() => Images().Constant("w", [4, 3, 3, 3]).Node("Conv", "x w", "y", OnnxBytes.Attribute("strides", 1, 2)), "strides is 1, 2, supported is one number"),
        ["weights that depend on the images"] = (() => Images().Node("Conv", "x x", "y"), "input 1 ('x') depends on the images"),
        ["a rectangle"] = (() => Images().Node("MaxPool", "x", "y", OnnxBytes.Attribute("kernel_shape", 2, 3)), "kernel_shape is 2, 3, supported are squares"),
        ["a pad that counts"] = (() => Images().Integers("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "q").Node("MaxPool", "q", "y", OnnxBytes.Attribute("kernel_shape", 3, 3)), "padded with 0, which count"),
        ["reflection"] = (() => Images().Integers("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x p", "y", OnnxBytes.Attribute("mode", "reflect")), "mode is 'reflect'"),
        ["a softmax over columns"] = (() => Images().Node("Softmax", "x", "y"), "supported is C of N×C"),
        ["attention"] = (() => Images().Node("MatMul", "x x", "y"), "(MatMul): input 0 has 4 dimensions, supported are 2"),
        ["channels of two layers"] = (() => Images().Node("Relu", "x", "r").Node("Concat", "x r", "y", OnnxBytes.Attribute("axis", 1)), "(Concat): it joins channels of several layers"),
        ["no channels"] = (() => Images().Integers("s", 3).Integers("e", 9).Integers("a", 1).Node("Slice", "x s e a", "y"), "(Slice): it gives 0 channels"),
        ["arithmetic of too many features"] = (() => OnnxBytes.Graph(0, 3, 64, 64).Constant("s", []).Node("Flatten", "x", "f").Node("Mul", "f s", "y"), "(Mul): it computes with each of 12288 features"),
        ["a batch norm of other channels"] = (() => Pooled().Constant("s", [2]).Constant("v", [3], 1, 1, 1).Node("BatchNormalization", "f v v s v", "y"), "(BatchNormalization): input 3 has not the shape 3"),
        ["a batch of one repeated"] = (() => Images().Integers("t", 4, 3, 1, 1).Node("Expand", "x t", "y"), "(Expand): its shape is (4, 3, 1, 1), supported is one channel repeated"),
        ["three channels as six"] = (() => Images().Integers("t", 1, 6, 1, 1).Node("Expand", "x t", "y"), "(Expand): its shape is (1, 6, 1, 1), supported is one channel repeated"),
        ["repeated rows"] = (() => Images().Integers("t", 1, 1, 2, 1).Node("Tile", "x t", "y"), "(Tile): repeats are 1, 1, 2, 1"),
        ["axes that wrap"] = (() => OnnxBytes.Graph(0, 3, 1, 1).Integers("a", (1L << 32) + 2, 3).Node("Squeeze", "x a", "y"), "(Squeeze): it removes the axes"),
        ["a bias an image"] = (() => Pooled().Constant("w", [3, 5]).Constant("b", [5, 1]).Node("Gemm", "f w b", "y"), "(Gemm): it adds a constant of shape 5×1"),
        ["an image minus the images"] = (() => OnnxBytes.Graph(0, 3, 4, 4).Constant("m", [1, 3, 4, 4]).Node("Sub", "m x", "y"), "(Sub): a constant of shape 1×3×4×4 is not one number a channel"),
        ["a mean over columns and channels"] = (() => Images().Node("Transpose", "x", "t", OnnxBytes.Attribute("perm", 0, 2, 3, 1)).Node("GlobalAveragePool", "t", "y"), "(GlobalAveragePool): it reads values whose channels come last"),
        ["padding beyond reason"] = (() => Images().Constant("w", [4, 3, 1, 1]).Integers("p", 0, 0, 1 << 29, 0, 0, 0, 0, 0).Node("Pad", "x p", "q").Node("Conv", "q w", "y"), "(Pad): it pads by 536870912"),
        ["ceil mode behind padding"] = (() => Images().Integers("p", 0, 0, 0, 0, 0, 0, 1, 1).Node("Pad", "x p", "q").Node("AveragePool", "q", "y", OnnxBytes.Attribute("kernel_shape", 2, 2), OnnxBytes.Attribute("strides", 2, 2), OnnxBytes.Attribute("ceil_mode", 1)), "(AveragePool): it reads padded rows and columns with ceil_mode 1"),
        ["more channels than images have"] = (() => OnnxBytes.Graph(1, 2_000_000_000, 1, 1).Constant("s", []).Node("Mul", "x s", "y"), "has 2000000000 channels"),
        ["a Reshape without a shape"] = (() => Images().Node("Reshape", "x", "y"), "(Reshape): its shape depends on the images"),
        ["a dropped statistic"] = (() => Images().Node("Dropout", "x", "d m").Node("Relu", "m", "y"), "it reads output 1 of 'Dropout_d' (Dropout)"),
    };

    public static TheoryData<string> Names => [.. Graphs.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_named_by_node_operator_and_attribute(string name)
    {
        WeightFormatException exception = Refused(Graphs[name].Graph().File);
        Assert.Contains(Graphs[name].Reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal("graph.onnx", exception.File);
    }

    [Fact]
    public void All_of_it_is_listed_at_once_and_what_follows_is_passed_over()
    {
        WeightFormatException exception = Refused(Images().Node("Sigmoid", "x", "a").Node("Relu", "a", "b").Node("Tanh", "x", "c").Node("Add", "b c", "y").File);
        Assert.Equal("the ONNX graph has what cannot be run here: 'Sigmoid_a' (Sigmoid): the operator is not supported; 'Tanh_c' (Tanh): the operator is not supported", exception.Message[(exception.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
    }

    [Theory]
    [InlineData(6, "uses version 6 of the operators")]
    [InlineData(99, "uses version 99 of the operators")]
    public void Other_versions_of_the_operators_are_refused(long opset, string reason)
    {
        OnnxBytes graph = Images().Node("Relu", "x", "y");
        graph.Opset = opset;
        Assert.Contains(reason, Refused(graph.File).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_in_a_circle_or_in_no_order_are_malformed()
    {
        Assert.Contains("go in a circle", Refused(Images().Node("Add", "x b", "a").Node("Relu", "a", "b").Node("Relu", "b", "y").File).Message, StringComparison.Ordinal);
        Assert.Contains("nothing before it gives", Refused(Images().Node("Relu", "z", "y").File).Message, StringComparison.Ordinal);
        Assert.Contains("two nodes give 'y'", Refused(Images().Node("Relu", "x", "y").Node("Relu", "x", "y").File).Message, StringComparison.Ordinal);
        Assert.Contains("no node gives the output 'y'", Refused(Images().Node("Relu", "x", "z").File).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_refused()
    {
        byte[] file = Images().Constant("w", [4, 3, 1, 1]).Node("Conv", "x w", "y", OnnxBytes.Attribute("pads", 1, 1, 1, 1)).File;
        using Model model = ModelFile.Read(file, "graph.onnx");
        for (int length = 0; length < file.Length; length++)
        {
            int cut = length;
            Assert.Equal("graph.onnx", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(file.AsSpan(0, cut), "graph.onnx")).File);
        }
    }

    [Theory]
    [InlineData(new long[] { long.MaxValue, long.MaxValue })]
    [InlineData(new long[] { -1, 3 })]
    [InlineData(new long[] { 1L << 32, 1L << 32 })]
    [InlineData(new long[] { 65536, 65536, 65536, 65536 })]
    [InlineData(new long[] { 2, 3 })]
    public void Shapes_that_wrap_or_do_not_fit_their_bytes_are_refused(long[] extents) =>
        Assert.Contains("'w'", Refused(Images().Field(5, OnnxBytes.Tensor("w", 1, extents, new byte[16])).Node("Relu", "x", "y").File).Message, StringComparison.Ordinal);

    [Fact]
    public void Lying_lengths_and_endless_numbers_are_refused()
    {
        byte[] start = [.. OnnxBytes.Number(1, 8)];
        Assert.Contains("where 0 are left", Refused([.. start, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]).Message, StringComparison.Ordinal);
        Assert.Contains("more than 64 bits", Refused([.. start, 0x3A, .. Enumerable.Repeat((byte)0x80, 12)]).Message, StringComparison.Ordinal);
        Assert.Contains("no way to store", Refused([.. start, 0x3A, 0x00, 0x0B]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../weights.bin", "no place inside")]
    [InlineData("/etc/passwd", "no place inside")]
    [InlineData("a/../../weights.bin", "no place inside")]
    [InlineData("", "no place inside")]
    [InlineData("missing.bin", "not beside the model")]
    [InlineData("short.bin", "should be 48 bytes from 0")]
    public void Values_outside_the_folder_or_beyond_the_file_are_refused(string location, string reason)
    {
        _folder.Write("short.bin", new byte[40]);
        string path = _folder.Write("model.onnx", External(location, ("offset", "0"), ("length", "48")).File);
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.File);
    }

    [Fact]
    public void Values_in_another_file_are_read_where_they_are()
    {
        _folder.Write("values.bin", [.. new byte[8], .. Enumerable.Range(0, 12).SelectMany(i => BitConverter.GetBytes((float)i))]);
        foreach (string location in (string[])["values.bin", "./values.bin"])
        {
            foreach (bool isNode in (bool[])[false, true])
            {
                string path = _folder.Write("model.onnx", External(location, isNode, ("offset", "8"), ("length", "48")).File);
                using Model model = ModelFile.Open(path);
                Assert.Equal([path, _folder.File("values.bin")], FolderReader.FilesOf(path));
                Assert.ThrowsAny<CudaNetException>(() => ModelConverter.Convert(path, _folder.File("values.bin")));
                Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), model.Parameters["Conv_y.weight"].Values.ToArray());
            }
        }

        Assert.Contains("no folder", Refused(External("values.bin").File).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_nodes_are_refused_soon_and_a_long_chain_is_run()
    {
        byte[] node = OnnxBytes.Bytes(1, [.. OnnxBytes.Text(1, "x"), .. OnnxBytes.Text(4, "Relu")]);
        byte[] graph = new byte[1_000_000 * node.Length];
        for (int at = 0; at < graph.Length; at += node.Length)
        {
            node.CopyTo(graph, at);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Contains("more than 65536", Refused([.. OnnxBytes.Number(1, 8), .. OnnxBytes.Bytes(7, graph)]).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16L * graph.Length, "bounded by the file");
        OnnxBytes chain = Images();
        for (int i = 0; i < 5_000; i++)
        {
            chain.Node("MaxPool", i == 0 ? "x" : $"v{i}", i == 4_999 ? "y" : $"v{i + 1}", OnnxBytes.Attribute("kernel_shape", 1, 1));
        }

        using Model model = ModelFile.Read(chain.File, "graph.onnx");
        Assert.Equal(5_001, model.Graph.Nodes.Count);
    }

    [Fact]
    public void Constants_that_double_with_each_node_are_bounded()
    {
        OnnxBytes graph = Images().Constant("c0", [1, 8, 1]).Constant("d0", [8, 1, 1]);
        for (int i = 0; i < 30; i++)
        {
            graph.Node("Add", $"c{i} d{i}", $"s{i}").Node("Reshape", $"s{i} shape", $"c{i + 1}").Node("Reshape", $"s{i} shape2", $"d{i + 1}");
        }

        graph.Integers("shape", 1, -1, 1).Integers("shape2", -1, 1, 1);
        Assert.Contains("16 times", Refused(graph.Node("Add", "x c30", "y").File).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_that_is_no_batch_of_images_is_refused()
    {
        Assert.Contains("no batch of images", Refused(OnnxBytes.Graph(1, 3).Node("Relu", "x", "y").File).Message, StringComparison.Ordinal);
        Assert.Contains("2 inputs ('x', 'z')", Refused(Images().Value(11, "z", 1, 3, 8, 8).Node("Add", "x z", "y").File).Message, StringComparison.Ordinal);
    }

    private static OnnxBytes Images() => OnnxBytes.Graph(0, 3, 0, 0);

    private static OnnxBytes Pooled() => Images().Node("GlobalAveragePool", "x", "p").Node("Flatten", "p", "f");

    private static OnnxBytes Norm(params byte[][] attributes) => Images().Constant("s", [3]).Constant("b", [3]).Constant("m", [3]).Constant("v", [3], 1, 1, 1).Node("BatchNormalization", "x s b m v", "y", attributes);

    private static OnnxBytes External(string location, params (string Key, string Value)[] entries) => External(location, isNode: false, entries);

    /// <param name="location">The file.</param>
    /// <param name="isNode">The constant is an attribute of a node.</param>
    /// <param name="entries">Offset and length.</param>
    private static OnnxBytes External(string location, bool isNode, params (string Key, string Value)[] entries)
    {
        IEnumerable<byte> Entry(string key, string value) => OnnxBytes.Bytes(13, [.. OnnxBytes.Text(1, key), .. OnnxBytes.Text(2, value)]);
        byte[] tensor = [.. ((long[])[4, 3, 1, 1]).SelectMany(e => OnnxBytes.Number(1, e)), .. OnnxBytes.Number(2, 1), .. OnnxBytes.Text(8, "w"), .. Entry("location", location), .. entries.SelectMany(e => Entry(e.Key, e.Value)), .. OnnxBytes.Number(14, 1)];
        return (isNode ? Images().Node("Constant", "", "w", OnnxBytes.Bytes(5, [.. OnnxBytes.Text(1, "value"), .. OnnxBytes.Bytes(5, tensor)])) : Images().Field(5, tensor)).Node("Conv", "x w", "y");
    }

    private static WeightFormatException Refused(byte[] file) => Assert.Throws<WeightFormatException>(() => ModelFile.Read(file, "graph.onnx"));
}
