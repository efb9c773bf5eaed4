using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>One tiny ResNet saved in the ways that people save them, with the logits each must give.</summary>
public static class Checkpoints
{
    private static readonly JsonElement Expected = Load();

    /// <summary>Every file, with true where it must be refused.</summary>
    public static IEnumerable<(string Name, bool Refused)> All =>
        Expected.EnumerateObject().Select(f => (f.Name, f.Value.TryGetProperty("expect", out _)));

    /// <summary>The file in the project, else among the shared ones; skips the calling test where it is neither.</summary>
    public static string Path(string name)
    {
        string own = Repository.Data($"checkpoints/{name}");
        return File.Exists(own) ? own : Shared.Require($"golden/checkpoints/{name}");
    }

    /// <summary>Logits in double precision for <c>Formula.Input(2, 3, 40, 52)</c>.</summary>
    public static double[] Logits(string name) => [.. Expected.GetProperty(name).GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(v => v.GetDouble())];

    /// <summary>Fails unless the model gives the logits that <paramref name="name"/> must give.</summary>
    public static void AssertLogits(string name, Model model)
    {
        using Session session = new(model, Backends.Create("reference"));
        Tensor logits = session.Predict(Formula.Input(2, 3, 40, 52));
        TensorComparison comparison = TensorComparison.Compare(logits.Shape, logits.Values, new TensorShape(2, 5), Logits(name), Tolerance.For("reference"));
        Xunit.Assert.True(comparison.Passed, comparison.ToString());
    }

    private static JsonElement Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("checkpoints/expected.json")));
        return document.RootElement.GetProperty("files").Clone();
    }
}
