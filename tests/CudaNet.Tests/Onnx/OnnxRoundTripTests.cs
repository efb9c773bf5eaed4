using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>What is written as ONNX and read again is the same network: the same names, labels and preprocessing, and every layer's bits.</summary>
public sealed class OnnxRoundTripTests
{
    public static TheoryData<string> Files() => [.. Checkpoints.All.Where(c => !c.Refused).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_layer_has_the_same_bits(string name)
    {
        using TemporaryFolder folder = new();
        using Model model = ModelFile.Open(Checkpoints.Path(name));
        string written = folder.File("model.onnx");
        ModelConverter.Convert(Checkpoints.Path(name), written);
        using Model read = ModelFile.Open(written);
        AssertSame(model, read, Formula.Input(2, 3, 40, 52));

        // And once more, to safetensors with a graph.
        string again = folder.File("model.safetensors");
        ModelConverter.Convert(written, again);
        using Model graph = ModelFile.Open(again);
        AssertSame(read, graph, Formula.Input(2, 3, 40, 52));
    }

    [Fact]
    public void Labels_preprocessing_and_a_fixed_size_come_back()
    {
        using TemporaryFolder folder = new();
        using Model leaf = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        string written = folder.File("model.onnx");
        ModelConverter.Convert(Repository.File("models/resnet18-leaf.safetensors"), written, new ConversionOptions { Onnx = new() { Height = 64, Width = 48, Layers = ["layer2"] } });
        using Model read = ModelFile.Open(written);
        Assert.Equal(leaf.Metadata.Labels, read.Metadata.Labels);
        Assert.Equal(leaf.Metadata.Preprocessing!.Mean, read.Metadata.Preprocessing!.Mean);
        Assert.Equal((leaf.Metadata.Preprocessing.Height, leaf.Metadata.Preprocessing.Crop, leaf.Metadata.Preprocessing.Interpolation), (read.Metadata.Preprocessing.Height, read.Metadata.Preprocessing.Crop, read.Metadata.Preprocessing.Interpolation));
        Assert.Equal("resnet18", read.Metadata.Architecture);
        Assert.Contains("'layer2.1.act2'", Assert.Single(read.Metadata.Notes), StringComparison.Ordinal);
        AssertSame(leaf, read, Formula.Input(1, 3, 64, 48));
        using Session session = new(read, Backends.Create("reference"));
        Assert.Contains("64×48", Assert.Throws<ShapeException>(() => session.Predict(Formula.Input(1, 3, 48, 64))).Message, StringComparison.Ordinal);
    }

    /// <summary>Ceil mode and counted padding are written as padding of their own, and read as what they were.</summary>
    [Theory]
    [InlineData("MaxPool2d")]
    [InlineData("AvgPool2d")]
    public void Every_pooling_of_the_catalogue_comes_back(string kind)
    {
        using TemporaryFolder folder = new();
        foreach (OperatorCase tested in OperatorCatalogue.Row(kind).Cases)
        {
            (Model model, Tensor input) = CaseNetworks.Alone(tested);
            using (model)
            {
                string path = folder.File("model.onnx");
                OnnxExport.Write(model, path, new() { Height = input.Shape.Height, Width = input.Shape.Width });
                using Model read = ModelFile.Open(path);
                using Session first = new(model, Backends.Create("reference")), second = new(read, Backends.Create("reference"));
                Tensor wanted = first.Predict(input), found = second.Predict(input);
                Assert.True(wanted.Shape.ElementCount == found.Shape.ElementCount && MemoryMarshal.AsBytes(wanted.Values).SequenceEqual(MemoryMarshal.AsBytes(found.Values)), tested.Name);
            }
        }
    }

    /// <summary>A layer that nothing reads is an output of the file, or whoever reads it would leave it out.</summary>
    [Fact]
    public void Layers_that_nothing_reads_come_back()
    {
        OnnxBytes graph = OnnxBytes.Graph(0, 3, 0, 0).Value(12, "z").Node("Relu", "x", "y").Node("MaxPool", "x", "z", OnnxBytes.Attribute("kernel_shape", 2, 2));
        using TemporaryFolder folder = new();
        string written = folder.File("model.onnx");
        Assert.Equal(["Relu_y", "MaxPool_z"], ModelConverter.Convert(folder.Write("graph.onnx", graph.File), written).Onnx!.Outputs);
        using Model read = ModelFile.Open(written);
        Assert.Equal(["input", "Relu_y", "MaxPool_z"], read.Graph.Nodes.Select(n => n.Name));
        Assert.Equal("Relu_y", read.Graph.Output.Name);
    }

    private static void AssertSame(Model expected, Model actual, Tensor input)
    {
        Assert.Equal(expected.Graph.Output.Name, actual.Graph.Output.Name);
        Assert.Equal(expected.Graph.Layers.Select(l => (l.Name, l.Op)), actual.Graph.Layers.Select(l => (l.Name, l.Op)));
        string[] layers = [.. expected.Graph.Layers.Select(l => l.Name)];
        using Session first = new(expected, Backends.Create("reference")), second = new(actual, Backends.Create("reference"));
        LayerOutputs wanted = first.Extract(input, layers), found = second.Extract(input, layers);
        foreach (string layer in layers)
        {
            Assert.True(MemoryMarshal.AsBytes(wanted[layer].Values).SequenceEqual(MemoryMarshal.AsBytes(found[layer].Values)), layer);
        }
    }
}
