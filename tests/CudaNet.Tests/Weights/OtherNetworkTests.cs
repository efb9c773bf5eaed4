using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A file that describes its network itself needs no ResNet in it: it is opened as it says, and only conversion refuses it.</summary>
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

    [Fact]
    public void Is_not_converted_and_leaves_no_file()
    {
        using WeightFile file = Open(new LinearNetwork(3));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(file, _folder.File("out.safetensors"), new ConversionOptions()));
        Assert.Equal("file: a classifier cannot be converted: safetensors keep names and shapes, which tell a ResNet and no other network", exception.Message);
        Assert.Equal([_folder.File("weights")], Directory.GetFiles(_folder.Path));
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
