using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What was converted is a file that others read: PyTorch and torchvision give the same logits from it.</summary>
public sealed class TorchInteropTests
{
    [Fact]
    public void Torchvision_gives_the_same_logits_from_a_converted_file()
    {
        Python.Require("torch", "torchvision", "numpy");
        using TemporaryFolder folder = new();
        string converted = folder.File("model.safetensors");
        ModelConverter.Convert(Repository.File("models/resnet18-leaf.safetensors"), converted);
        Tensor input = Formula.Input(2, 3, 64, 64);
        string raw = folder.Write("input.f32", MemoryMarshal.AsBytes(input.Values));
        using JsonDocument document = JsonDocument.Parse(Python.Run("torchvision_logits.py", converted, raw, "2", "3", "64", "64"));
        double[] expected = [.. document.RootElement.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];

        using Model model = ModelFile.Open(converted);
        using Session session = new(model, Backends.Create("reference"));
        Tensor logits = session.Predict(input);
        TensorComparison comparison = TensorComparison.Compare(logits.Shape, logits.Values, new TensorShape(2, 15), expected, Tolerance.For("reference"));
        Assert.True(comparison.Passed, comparison.ToString());
    }
}
