using System.Runtime.InteropServices;
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
        using Model model = ModelFile.Open(ImageNetModel.Network);
        using Session session = new(model, Backends.Create(backend));
        LayerOutputs outputs = session.Extract(Input(photograph), [.. model.Graph.Layers.Select(l => l.Name)]);
        ImageNetModel.AssertSame(photograph, model, outputs, Tolerance.For(backend == "reference" ? backend : "cpu"));
    }

    [Fact]
    public void Has_timms_names_too_and_takes_one_size()
    {
        using Model model = ModelFile.Open(ImageNetModel.Network);
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
        using Model model = ModelFile.Open(ImageNetModel.Network);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, new FileInfo(ImageNetModel.Network).Length / 16);
        using WeightFile file = WeightFile.Open(ImageNetModel.Network);
        Assert.All(file.Tensors, t => Assert.Equal(RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64, t.IsZeroCopy));
    }

    /// <summary>Nothing of the network is lost in a converted file: the same graph, the same bits.</summary>
    [Fact]
    public void Is_the_same_once_converted()
    {
        using TemporaryFolder folder = new();
        string converted = folder.File("model.safetensors");
        ModelConverter.Convert(ImageNetModel.Network, converted);
        using Model model = ModelFile.Open(ImageNetModel.Network);
        using Model copy = ModelFile.Open(converted);
        Assert.Equal(model.Graph.Nodes.Select(n => (n.Name, n.Op, string.Join(' ', n.Inputs), string.Join(' ', n.Aliases))), copy.Graph.Nodes.Select(n => (n.Name, n.Op, string.Join(' ', n.Inputs), string.Join(' ', n.Aliases))));
        Assert.All(model.Parameters.Tensors, t => Assert.Equal(t.Value.Values, copy.Parameters[t.Key].Values));
    }

    /// <summary>BGR minus the mean image, of the photograph stretched to 224×224.</summary>
    internal static Tensor Input(string photograph)
    {
        Preprocessing stretched = new(Side, Side, Interpolation.Bilinear, null, [0, 0, 0], [1, 1, 1]);
        PixelImage pixels = new Preprocessor(stretched).Resize(ImageDecoder.Decode(Repository.File($"samples/{photograph}")));
        using FileBytes file = FileBytes.Map(ImageNetModel.Preprocessing);
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
}
