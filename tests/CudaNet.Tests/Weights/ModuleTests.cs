using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Whole modules are read as data: pickled ones, wrapped ones, TorchScript (tests/data/scripts/modules.py made them).</summary>
public sealed class ModuleTests
{
    [Theory]
    [InlineData("module.pth", WeightFormat.TorchZip)]
    [InlineData("module-wrapped.pth", WeightFormat.TorchZip)]
    [InlineData("script.pt", WeightFormat.TorchScript)]
    public void Gives_the_modules_own_logits(string name, WeightFormat format)
    {
        string path = Repository.Data($"checkpoints/{name}");
        using (WeightFile file = WeightFile.Open(path))
        {
            Assert.Equal(format, file.Format);
        }

        using Model model = ModelFile.Open(path);
        Assert.Equal([4, 6], model.Metadata.ResNet!.Widths);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("checkpoints/modules.json")));
        double[] logits = [.. expected.RootElement.GetProperty("logits").EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];
        using Session session = new(model, Backends.Create("reference"));
        Tensor actual = session.Predict(Formula.Input(2, 3, 40, 52));
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new TensorShape(2, 3), logits, Tolerance.For("reference"));
        Assert.True(comparison.Passed, comparison.ToString());
    }
}
