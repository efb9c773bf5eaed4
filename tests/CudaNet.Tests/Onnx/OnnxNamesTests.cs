using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>What layers and networks of ONNX files are called, and what a file says under keys that mean something here.</summary>
public sealed class OnnxNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A node without a name goes by its output's, unless a node has that name, though a later one.</summary>
    [Fact]
    public void A_name_of_a_node_goes_before_a_name_of_a_value()
    {
        OnnxBytes graph = OnnxBytes.Graph(0, 3, 0, 0).Field(1, Node("", "x", "a")).Field(1, Node("a", "a", "b")).Field(1, Node("", "b", "input")).Field(1, Node("twice", "input", "c")).Field(1, Node("twice", "c", "y"));
        using Model model = ModelFile.Read(graph.File, "graph.onnx");
        Assert.Equal(["input", "layer1_0", "a", "layer3_0", "c", "y"], model.Graph.Nodes.Select(n => n.Name));
        Assert.Equal(2, model.Graph.Find("b").Index);
    }

    /// <summary>A network for small images has the blocks of a ResNet-18, and is none: its stem is another.</summary>
    [Theory]
    [InlineData(7, 2, 3, 3, "resnet18")]
    [InlineData(3, 1, 1, 0, "resnet")]
    [InlineData(7, 2, 2, 3, "resnet")]
    [InlineData(7, 2, 3, 2, "resnet")]
    [InlineData(7, 2, 3, 0, "resnet")]
    public void A_published_name_is_given_to_the_published_layers_alone(int kernel, int stride, int padding, int pool, string name)
    {
        LayerGraph usual = ResNet.Build("resnet18", classes: 5);
        GraphBuilder builder = new(3);
        Dictionary<LayerNode, LayerNode> made = new() { [usual.Input] = builder.Input };
        foreach (LayerNode node in usual.Layers)
        {
            LayerNode[] inputs = [.. node.Inputs.Select(i => made[i])];
            made[node] = node.Name == "maxpool" && pool == 0 ? inputs[0] : builder.Add(
                node.Name,
                node.Name == "conv1" ? new Conv2d(3, 64, kernel, kernel, stride, padding) : node.Name == "maxpool" ? new MaxPool2d(pool, 2, pool / 2) : node.Op,
                inputs[0],
                inputs.ElementAtOrDefault(1));
        }

        using Model model = Networks.Create(builder.Build());
        foreach (bool fold in (bool[])[false, true])
        {
            string path = _folder.File($"{fold}.onnx");
            OnnxExport.Write(model, path, new() { FoldBatchNorms = fold });
            using Model read = ModelFile.Open(path);
            Assert.Equal(name, read.Metadata.Architecture);
        }
    }

    /// <summary>Other programs use keys of their own, some of which are ours.</summary>
    [Fact]
    public void Metadata_of_another_program_is_taken_where_it_is_what_it_seems()
    {
        byte[] graph = OnnxBytes.Graph(0, 3, 0, 0).Node("Relu", "x", "y").File;
        byte[] Saying(string producer, params (string Key, string Value)[] entries) =>
            [.. OnnxBytes.Number(1, 8), .. OnnxBytes.Text(2, producer), .. graph.AsSpan(2), .. entries.SelectMany(e => OnnxBytes.Bytes(14, [.. OnnxBytes.Text(1, e.Key), .. OnnxBytes.Text(2, e.Value)]))];
        byte[] foreign = Saying("pytorch", ("labels", "cat,dog"), ("mean", "0.5"), ("stride", "32"));
        using Model model = ModelFile.Read(foreign, "graph.onnx");
        Assert.Empty(model.Metadata.Labels);
        Assert.Null(model.Metadata.Preprocessing);
        Assert.Equal(["stride"], model.Metadata.Other.Keys);
        Assert.Contains("what it has under 'labels', 'mean' is left out: ", Assert.Single(model.Metadata.Notes), StringComparison.Ordinal);
        using Model labelled = ModelFile.Read(Saying("pytorch", ("labels", "[\"a\", \"b\"]")), "graph.onnx");
        Assert.Equal(["a", "b"], labelled.Metadata.Labels);
        Assert.Empty(labelled.Metadata.Notes);
        Assert.Contains("'labels'", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(Saying("CudaNet", ("labels", "cat,dog")), "graph.onnx")).Message, StringComparison.Ordinal);
    }

    private static byte[] Node(string name, string input, string output) => [.. OnnxBytes.Text(1, input), .. OnnxBytes.Text(2, output), .. name.Length > 0 ? OnnxBytes.Text(3, name) : [], .. OnnxBytes.Text(4, "Relu")];
}
