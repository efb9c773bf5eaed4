using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>ONNX's own checker takes what is written, shapes inferred, and finds in it the names that the documents promise.</summary>
public sealed class OnnxCheckerTests : IDisposable
{
    private static readonly OnnxExportOptions[] Ways =
    [
        new(),
        new() { FoldBatchNorms = true },
        new() { Batch = 2, Height = 40, Width = 52, Layers = ["layer1.0.conv1", "layer2"] },
        new() { FoldBatchNorms = true, Width = 52, Layers = ["maxpool", "global_pool"] },
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checker_takes_every_way_of_writing_a_network()
    {
        Python.Require("onnx");
        using Model model = TestModels.Tiny();
        List<string> files = [.. Ways.Select((options, i) => Written($"{i}.onnx", model, options))];
        foreach (string name in Variations.Names)
        {
            using Model varied = ModelFile.Open(Repository.Data($"variations/{name}.pth"));
            files.Add(Written($"{name}.onnx", varied, new() { Height = 72, Width = 88 }));
            files.Add(Written($"{name}.free.onnx", varied, new() { FoldBatchNorms = true }));
        }

        Assert.Equal(files.Count, Python.Run("onnx_listing.py", [.. files]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>Where the size is fixed, every shape that ONNX infers is the engine's, of windows in ceil mode too.</summary>
    [Fact]
    public void The_checker_takes_every_pooling_of_the_catalogue()
    {
        Python.Require("onnx");
        List<string> files = [];
        foreach (OperatorCase tested in OperatorCatalogue.Cases.Where(c => c.Op is WindowPool { CeilMode: true }))
        {
            (Model model, Tensor input) = CaseNetworks.Alone(tested);
            files.Add(Written($"{files.Count}.onnx", model, new() { Batch = input.Shape.Batch, Height = input.Shape.Height, Width = input.Shape.Width }));
        }

        Assert.NotEmpty(files);
        Assert.Equal(files.Count, Python.Run("onnx_listing.py", [.. files]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Names_are_the_layers_and_the_parameters()
    {
        Python.Require("onnx");
        using Model model = TestModels.Tiny();
        JsonElement file = Listing(model, new() { Layers = ["layer1"] });
        Assert.Equal((8, "[[\"\", 17]]"), (file.GetProperty("ir").GetInt32(), file.GetProperty("opset").GetRawText()));
        Assert.Equal(["CudaNet", typeof(ModelFile).Assembly.GetName().Version!.ToString(3)], file.GetProperty("producer").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal("[[\"input\", [\"batch\", 3, \"height\", \"width\"]]]", file.GetProperty("inputs").GetRawText());
        Assert.Equal("[[\"fc\", [\"batch\", 5]], [\"layer1.0.act2\", [\"batch\", 8, 0, 0]]]", file.GetProperty("outputs").GetRawText());

        JsonElement[] nodes = [.. file.GetProperty("nodes").EnumerateArray().Where(n => n[1].GetString() != "Flatten")];
        Assert.Equal(model.Graph.Layers.Select(l => l.Name), nodes.Select(n => n[0].GetString()));
        Assert.Equal(model.Graph.Layers.Select(l => l.Name == "global_pool" ? "global_pool.plane" : l.Name), nodes.Select(n => n[3][0].GetString()));
        Assert.Equal("[\"\", \"Flatten\", [\"global_pool.plane\"], [\"global_pool\"]]", file.GetProperty("nodes").EnumerateArray().Single(n => n[1].GetString() == "Flatten").GetRawText());
        Assert.Equal(
            model.Graph.Parameters.Select(p => $"{p.Name} 1 {p.Shape} {4L * p.Shape.ElementCount}"),
            file.GetProperty("initialisers").EnumerateArray().Select(i => $"{i[0].GetString()} {i[1]} {string.Join('×', i[2].EnumerateArray())} {i[3]}"));
    }

    [Fact]
    public void A_folded_convolution_has_its_own_name_and_makes_the_norms_value()
    {
        Python.Require("onnx");
        using Model model = TestModels.Tiny();
        JsonElement[] nodes = [.. Listing(model, new() { FoldBatchNorms = true }).GetProperty("nodes").EnumerateArray()];
        Assert.Equal("[\"conv1\", \"Conv\", [\"input\", \"conv1.weight\", \"conv1.bias\"], [\"bn1\"]]", nodes[0].GetRawText());
        Assert.Equal("[\"act1\", \"Relu\", [\"bn1\"], [\"act1\"]]", nodes[1].GetRawText());
        Assert.DoesNotContain(nodes, n => n[1].GetString() == "BatchNormalization");
    }

    /// <summary>What counts beyond the padded image, runtimes decide differently: where padding counts, nothing is left to them.</summary>
    [Theory]
    [InlineData(true, true, "Pad AveragePool")]
    [InlineData(true, false, "AveragePool")]
    [InlineData(false, true, "AveragePool")]
    public void Padding_that_counts_in_ceil_mode_is_a_node(bool ceilMode, bool counts, string kinds)
    {
        Python.Require("onnx");
        GraphBuilder builder = new(2);
        builder.Add("pool", new AvgPool2d(3, 2, 1, ceilMode, counts), builder.Input);
        using Model model = Networks.Create(builder.Build());
        Assert.Equal(kinds, string.Join(' ', Listing(model, new()).GetProperty("nodes").EnumerateArray().Select(n => n[1].GetString())));
    }

    private JsonElement Listing(Model model, OnnxExportOptions options) => JsonDocument.Parse(Python.Run("onnx_listing.py", Written("model.onnx", model, options))).RootElement;

    private string Written(string name, Model model, OnnxExportOptions options)
    {
        OnnxExport.Write(model, _folder.File(name), options);
        return _folder.File(name);
    }
}
