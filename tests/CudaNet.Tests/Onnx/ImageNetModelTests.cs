using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>
/// The ResNet-18 trained on ImageNet that NuGet serves (CNTK's export: padding that differs by side, stages of 2, 2, 2, 3 blocks, no head): every node beside the numbers that
/// <c>onnx/mlnet-resnet18.json</c> has of it, computed in double.
/// </summary>
public sealed class ImageNetModelTests
{
    private const int Side = 224;

    private static string Folder => typeof(ImageNetModelTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ImageNetModels").Value!;

    /// <summary>The network's file in the restored package.</summary>
    internal static string Network => Path.Combine(Folder, "ResNet18Onnx", "ResNet18.onnx");

    /// <summary>The file of its preprocessing.</summary>
    internal static string Preprocessing => Path.Combine(Folder, "ResNetPrepOnnx", "ResNetPreprocess.onnx");

    public static TheoryData<string, string> Runs()
    {
        TheoryData<string, string> runs = [];
        foreach (string photograph in (string[])["chelsea.png", "rocket.jpg"])
        {
            foreach (string backend in Backends.Judged.Select(row => row.Data).Prepend("reference"))
            {
                runs.Add(backend, photograph);
            }
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_node_is_what_was_computed_in_double(string backend, string photograph)
    {
        using Model model = ModelFile.Open(Network);
        using Session session = new(model, Backends.Create(backend));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("onnx/mlnet-resnet18.json")));
        JsonElement nodes = document.RootElement.GetProperty(photograph);
        string[] names = [.. nodes.EnumerateObject().Select(n => n.Name).Where(n => n != "features")];
        Assert.Equal(model.Graph.Layers.Select(l => l.Name), names);
        LayerOutputs outputs = session.Extract(Input(photograph), names);
        foreach (string name in names)
        {
            AssertNode(name, outputs[name], nodes.GetProperty(name), Tolerance.For(backend == "reference" ? backend : "cpu"));
        }

        double[] features = Numbers(nodes.GetProperty("features"));
        TensorComparison comparison = TensorComparison.Compare(outputs.Output.Shape, outputs.Output.Values, new TensorShape(1, features.Length), features, Tolerance.For(backend == "reference" ? backend : "cpu"));
        Assert.True(comparison.Passed, comparison.ToString());
    }

    [Fact]
    public void Has_timms_names_too_and_takes_one_size()
    {
        using Model model = ModelFile.Open(Network);
        Assert.Equal("ReLU393", model.Graph.Find("layer4.2.act2").Name);
        Assert.Equal("ReLU393", model.Graph.Find("layer4").Name);
        Assert.Equal(model.Graph.Output, model.Graph.Find("global_pool"));
        Assert.Equal("resnet", model.Metadata.Architecture);
        using Session session = new(model, Backends.Create("reference"));
        Assert.Contains("224×224", Assert.Throws<ShapeException>(() => session.Predict(Formula.Input(1, 3, 128, 128))).Message, StringComparison.Ordinal);
    }

    /// <summary>63 MB that are nowhere aligned: what is opened are views of the mapped file.</summary>
    [Fact]
    public void Opening_it_copies_no_weights()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using Model model = ModelFile.Open(Network);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, new FileInfo(Network).Length / 16);
        using WeightFile file = WeightFile.Open(Network);
        Assert.All(file.Tensors, t => Assert.Equal(RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64, t.IsZeroCopy));
    }

    /// <summary>Nothing of the network is lost in a converted file: the same graph, the same bits.</summary>
    [Fact]
    public void Is_the_same_once_converted()
    {
        using TemporaryFolder folder = new();
        string converted = folder.File("model.safetensors");
        ModelConverter.Convert(Network, converted);
        using Model model = ModelFile.Open(Network);
        using Model copy = ModelFile.Open(converted);
        Assert.Equal(model.Graph.Nodes.Select(n => (n.Name, n.Op, string.Join(' ', n.Inputs), string.Join(' ', n.Aliases))), copy.Graph.Nodes.Select(n => (n.Name, n.Op, string.Join(' ', n.Inputs), string.Join(' ', n.Aliases))));
        Assert.All(model.Parameters.Tensors, t => Assert.Equal(t.Value.Values, copy.Parameters[t.Key].Values));
    }

    /// <summary>BGR minus the mean image, of the photograph stretched to 224×224.</summary>
    internal static Tensor Input(string photograph)
    {
        Preprocessing stretched = new(Side, Side, Interpolation.Bilinear, null, [0, 0, 0], [1, 1, 1]);
        PixelImage pixels = new Preprocessor(stretched).Resize(ImageDecoder.Decode(Repository.File($"samples/{photograph}")));
        using FileBytes file = FileBytes.Map(Preprocessing);
        OnnxTensor mean = Assert.Single(OnnxModelReader.Read(file.All).Graph.Initializers);
        double[] means = new OnnxTensors(FormatSource.Of(file, null, [])).Constant(mean).Numbers();
        float[] values = new float[3 * Side * Side];
        for (int i = 0; i < values.Length; i++)
        {
            (int channel, int pixel) = (i / (Side * Side), i % (Side * Side));
            values[i] = (float)(pixels.Rgb[(3 * pixel) + 2 - channel] - means[i]);
        }

        return new Tensor(new TensorShape(1, 3, Side, Side), values);
    }

    private static void AssertNode(string name, Tensor actual, JsonElement expected, Tolerance tolerance)
    {
        double largest = Math.Max(Math.Abs(expected.GetProperty("min").GetDouble()), Math.Abs(expected.GetProperty("max").GetDouble()));
        int middle = actual.Values.Length / 2;
        (string Key, float[] Values)[] parts = [("first", actual.Values[..4].ToArray()), ("middle", actual.Values[middle..(middle + 4)].ToArray()), ("last", actual.Values[^4..].ToArray())];
        foreach ((string key, float[] values) in parts)
        {
            Assert.All(Numbers(expected.GetProperty(key)).Zip(values), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance.Of(pair.First, largest), $"{name} {key}: {pair.Second}, expected {pair.First} of at most {largest}"));
        }

        double mean = 0;
        foreach (float value in actual.Values)
        {
            mean += value;
        }

        Assert.True(Math.Abs((mean / actual.Values.Length) - expected.GetProperty("mean").GetDouble()) <= tolerance.Of(1, largest), $"{name}: mean {mean / actual.Values.Length}");
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
