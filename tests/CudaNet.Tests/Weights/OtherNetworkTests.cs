using CudaNet.Engine;
using CudaNet.Tests.Onnx;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A file that describes its network itself needs no ResNet in it: it is opened as it says, and written as ONNX or safetensors.</summary>
public sealed class OtherNetworkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Has_the_graph_and_the_name_that_its_file_says()
    {
        using WeightFile file = Open(new LinearNetwork(3));
        ModelDescription description = ModelDescription.Of(file, new ModelFileOptions());
        Assert.Equal("classifier", description.Metadata.Architecture);
        Assert.Null(description.Metadata.ResNet);
        Assert.Equal(["one", "two", "three"], description.Metadata.Labels);
        using Model model = new(description.Graph, new ParameterSet(description.Graph, file.Tensors.Select(t => KeyValuePair.Create(t.Name, t.Read()))), description.Metadata);
        using Session session = new(model, Backends.Create("reference"));
        Assert.Equal(3, session.Predict(Formula.Input(1, 2, 4, 4)).Values.Length);
    }

    /// <summary>Its names are its own: nothing of them is taken for another project's prefix.</summary>
    [Fact]
    public void Keeps_its_names()
    {
        using WeightFile file = Open(new LinearNetwork(3));
        Assert.Equal(["model.fc.weight", "model.fc.bias"], file.Tensors.Select(t => t.Name));
        Assert.Empty(file.Prefixes);
    }

    [Fact]
    public void Is_held_against_its_metadata()
    {
        using WeightFile file = Open(new LinearNetwork(4));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelDescription.Of(file, new ModelFileOptions()));
        Assert.Contains("3 labels for 4 classes", exception.Message, StringComparison.Ordinal);
        Assert.Empty(ModelDescription.Of(file, new ModelFileOptions { IgnoreMetadata = true }).Metadata.Labels);
    }

    /// <summary>The graph stands in the metadata of the safetensors, and comes back.</summary>
    [Fact]
    public void Is_the_same_once_converted()
    {
        LinearNetwork network = new(3);
        using WeightFile file = Open(network);
        ModelConverter.Convert(file, _folder.File("out.safetensors"), new ConversionOptions());
        using Model model = ModelFile.Open(_folder.File("out.safetensors"));
        Assert.Equal("classifier", model.Metadata.Architecture);
        Assert.Equal(["one", "two", "three"], model.Metadata.Labels);
        Assert.Equal(network.Graph.Nodes.Select(n => (n.Name, n.Op)), model.Graph.Nodes.Select(n => (n.Name, n.Op)));
        Assert.DoesNotContain("graph", model.Metadata.Other.Keys);
    }

    [Fact]
    public void Becomes_an_ONNX_file_that_says_what_it_is()
    {
        using WeightFile file = Open(new LinearNetwork(3));
        ConversionSummary summary = ModelConverter.Convert(file, _folder.File("out.onnx"), new ConversionOptions { Onnx = new() { Layers = ["pool"] } });
        Assert.Equal(["model.fc", "pool"], summary.Onnx!.Outputs);
        using OnnxRuntime runtime = new(_folder.File("out.onnx"));
        Assert.Equal(
            [("architecture", "classifier"), ("classes", "3"), ("labels", """["one", "two", "three"]""")],
            runtime.Session.ModelMetadata.CustomMetadataMap.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, m.Value)));
        Tensor input = Formula.Input(3, 2, 4, 5);
        Assert.Equal(Networks.Run(new LinearNetwork(3).Graph, input, Backends.Create("reference"))["pool"].Shape, runtime.Run(input)["pool"].Shape);
    }

    private WeightFile Open(LinearNetwork network)
    {
        List<FileBytes> opened = [];
        string path = _folder.Write("weights", SafetensorsBytes.Zeros(network.Graph.Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape)), ("labels", """["one","two","three"]""")));
        RawWeights raw = FileFormats.ReadAny(FormatSource.At(path, null, opened));
        return new WeightFile("file", opened, raw with { Network = new RawNetwork("classifier", network.Graph) });
    }

    private sealed class LinearNetwork
    {
        public LinearNetwork(int classes)
        {
            GraphBuilder graph = new(2);
            graph.Add("model.fc", new Linear(2, classes), graph.Add("pool", new GlobalAveragePool(), graph.Input));
            Graph = graph.Build();
        }

        public LayerGraph Graph { get; }
    }
}
