using System.Runtime.InteropServices;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>
/// What PyTorch's exporter writes: versions 9 to 17 of the operators, batch norms folded and kept, constants folded and computed by nodes, dynamic and fixed axes, weights in another
/// file; and the logits that PyTorch gives in double.
/// </summary>
public sealed class PyTorchExportTests
{
    [Fact]
    public void Gives_the_logits_of_the_module_that_was_exported()
    {
        Python.Require("torch", "torchvision", "onnx", "numpy");
        using TemporaryFolder folder = new();
        Tensor images = Formula.Input(2, 3, 64, 64);
        folder.Write("input.f32", MemoryMarshal.AsBytes(images.Values));
        Python.Run("onnx_exports.py", folder.Path);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(folder.File("expected.json")));
        JsonProperty[] exports = [.. document.RootElement.EnumerateObject()];
        Assert.Equal(33, exports.Length);
        foreach (JsonProperty export in exports)
        {
            string path = folder.File($"{export.Name}.onnx");
            if (export.Value.ValueKind == JsonValueKind.String)
            {
                CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(path));
                Assert.Contains("(BatchNormalization): it gives statistics of the batch", exception.Message, StringComparison.Ordinal);
                continue;
            }

            using Model model = ModelFile.Open(path);
            using Session session = new(model, Backends.Create("reference"));
            LayerOutputs outputs = session.Extract(images, [.. model.Graph.Layers.Select(l => l.Name)]);
            double[] expected = [.. export.Value.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];

            // The exporter rounds folded weights to fp32 before anything is computed.
            TensorComparison comparison = TensorComparison.Compare(outputs.Output.Shape, outputs.Output.Values, new TensorShape(2, 5), expected, Tolerance.For("cpu"));
            Assert.True(comparison.Passed, $"{export.Name}: {comparison}");
            Assert.Equal(export.Name != "preactivation" && !export.Name.StartsWith("embedding", StringComparison.Ordinal), model.Graph.Layers.Any(l => l.Aliases.Contains("layer4.0.act1")));
        }
    }
}
