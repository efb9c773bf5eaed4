using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>The file itself: what it says beside the network, how it comes to be, and what is refused.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private static readonly string[] Labels = ["a", "b \"quoted\"", "ü", "d\n", "e"];
    private static readonly Preprocessing Rule = new(40, 52, Interpolation.OpenCvLinear, 0.875, [0.1, 0.2, 1.0 / 3], [1, 0.5, 0.25]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("checkpoints/zip.pth", true)]
    [InlineData("variations/two_linear.pth", false)]
    [InlineData("variations/eps.pth", false)]
    [InlineData("variations/ceil_mode.pth", false)]
    [InlineData("variations/headless.pth", false)]
    public void Says_what_a_converted_file_says(string name, bool isSaid)
    {
        string onnx = _folder.File("model.onnx"), safetensors = _folder.File("model.safetensors");
        ConversionOptions options = isSaid ? new() { Labels = Labels, Preprocessing = Rule } : new();
        ConversionSummary written = ModelConverter.Convert(Repository.Data(name), onnx, options);
        ConversionSummary usual = ModelConverter.Convert(Repository.Data(name), safetensors, options);
        Assert.Equal((usual.TensorCount, usual.ElementCount), (written.TensorCount, written.ElementCount));
        using WeightFile expected = WeightFile.Open(safetensors);
        using OnnxRuntime runtime = new(onnx);
        Assert.Equal(
            expected.Metadata.Where(m => m.Key != "format").OrderBy(m => m.Key, StringComparer.Ordinal),
            runtime.Session.ModelMetadata.CustomMetadataMap.OrderBy(m => m.Key, StringComparer.Ordinal));
        Assert.Equal(("CudaNet", expected.Metadata["architecture"]), (runtime.Session.ModelMetadata.ProducerName, runtime.Session.ModelMetadata.GraphName));
    }

    /// <summary>fp16 and bf16 become fp32 exactly: nothing is said of them. fp64 is rounded, which is.</summary>
    [Theory]
    [InlineData("bf16.pth", 0)]
    [InlineData("fp16.pth", 0)]
    [InlineData("fp64.pth", 1)]
    public void Says_what_was_rounded(string name, int notes) =>
        Assert.Equal(notes, ModelConverter.Convert(Checkpoints.Path(name), _folder.File("model.ONNX")).Notes.Count);

    [Fact]
    public void Holds_every_weight_as_it_is()
    {
        using Model model = TestModels.Tiny();
        byte[] file = OnnxRuntime.Export(model);
        Assert.All(model.Parameters.Tensors, t => Assert.True(file.AsSpan().IndexOf(MemoryMarshal.AsBytes(t.Value.Values)) > 0, t.Key));
        OnnxExport.Write(model, _folder.File("model.onnx"));
        Assert.Equal(file, File.ReadAllBytes(_folder.File("model.onnx")));
        Assert.Equal([_folder.File("model.onnx")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copies_no_weights_as_a_whole(bool fold)
    {
        using Model model = TestModels.Create("resnet18", 1000);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            OnnxExport.Write(model, Stream.Null, new() { FoldBatchNorms = fold });
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - start);
        }

        // The largest layer's weight alone is 9 MB.
        Assert.InRange(least, 1, 2 << 20);
    }

    [Fact]
    public void A_file_that_protocol_buffers_cannot_hold_is_refused_before_it_is_begun()
    {
        const int Layers = 33, Width = 4096;
        GraphBuilder builder = new(Width);
        LayerNode last = builder.Add("pool", new GlobalAveragePool(), builder.Input);
        for (int i = 0; i < Layers; i++)
        {
            last = builder.Add($"fc{i}", new Linear(Width, Width, Bias: false), last);
        }

        LayerGraph graph = builder.Build();
        Tensor shared = new(new TensorShape(Width, Width), new float[Width * Width]);
        using Model model = Networks.Create(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, shared)));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => OnnxExport.Write(model, _folder.File("model.onnx")));
        Assert.Matches(@"would have 2,214,59\d,\d{3} bytes, and at most 2,147,483,647 are possible", exception.Message);
        Assert.Contains("safetensors", exception.Hint!, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_does_not_fit_is_named_and_leaves_what_was_there()
    {
        string path = _folder.Write("model.onnx", "before"u8);
        using Model model = TestModels.Tiny();
        Assert.Contains("Batch 0", Refusal(new() { Batch = 0 }).Message, StringComparison.Ordinal);
        Assert.Contains("Height -1", Refusal(new() { Height = -1 }).Message, StringComparison.Ordinal);
        Assert.Equal("input", Refusal(new() { Layers = ["input"] }).Layer);
        Assert.IsType<LayerNotFoundException>(Refusal(new() { Layers = ["layer9"] }));
        GraphBuilder small = new(1);
        small.Add("pool", new MaxPool2d(5, 1), small.Input);
        Assert.Equal("pool", Assert.Throws<ShapeException>(() => OnnxExport.Write(Networks.Create(small.Build()), path, new() { Height = 4, Width = 9 })).Layer);
        Assert.Throws<OperationCanceledException>(() => OnnxExport.Write(model, path, null, new CancellationToken(canceled: true)));
        Assert.Contains("cannot be written", Assert.Throws<CudaNetException>(() => OnnxExport.Write(model, _folder.File("no/folder.onnx"))).Message, StringComparison.Ordinal);
        CudaNetException other = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(Checkpoints.Path("zip.pth"), _folder.File("m.safetensors"), new ConversionOptions { Onnx = new() }));
        Assert.Contains("does not end in .onnx", other.Message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));

        CudaNetException Refusal(OnnxExportOptions options) => Assert.ThrowsAny<CudaNetException>(() => OnnxExport.Write(model, path, options));
    }

    /// <summary>In ONNX layers' values and parameters have their names from one set, here they do not.</summary>
    [Fact]
    public void A_layer_may_be_named_as_a_parameter_is()
    {
        GraphBuilder builder = new(3);
        builder.Add("a.weight", new ReLU(), builder.Add("a", new Conv2d(3, 2, 1, 1), builder.Input));
        using Model model = Networks.Create(builder.Build());
        OnnxExport.Write(model, _folder.File("model.onnx"));
        using Model again = ModelFile.Open(_folder.File("model.onnx"));
        Assert.Equal(["input", "a", "a.weight"], again.Graph.Nodes.Select(n => n.Name));
        Assert.Equal(model.Parameters["a.weight"].Values, again.Parameters["a.weight"].Values);
    }

    [Fact]
    public void What_reads_back_otherwise_is_noticed()
    {
        string path = _folder.Write("file", "0123456789"u8);
        foreach ((string written, bool same) in ((string, bool)[])[("0123456789", true), ("0123456780", false), ("012345678", false), ("01234567890", false)])
        {
            using FileStream file = File.OpenRead(path);
            Exception? exception = Record.Exception(() => ComparingStream.Compare(file, stream => stream.Write(Encoding.ASCII.GetBytes(written)), path));
            Assert.Equal(same, exception is null);
            Assert.True(same || exception is CudaNetException { File: not null });
        }
    }
}
