using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Whole modules that users have, in the shared folder, with PyTorch's logits in double.</summary>
internal static class UsersModules
{
    /// <summary>Holds a file's logits against PyTorch's, or its refusal to the word that it must have.</summary>
    public static void Check(string name, string? refusal)
    {
        string path = Shared.Require($"users/modules/{name}");
        if (refusal is not null)
        {
            CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(path));
            Assert.Contains(refusal, exception.Message, StringComparison.OrdinalIgnoreCase);
            return;
        }

        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Shared.Require("users/expected.json")));
        JsonElement entry = expected.RootElement.GetProperty($"modules/{name}");
        double[][] logits = [.. entry.GetProperty("torch_logits").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        using Model model = ModelFile.Open(path);
        using Session session = new(model, Backends.Create("reference"));
        Tensor actual = session.Predict(NpyReader.Read(Shared.Require($"users/{entry.GetProperty("input").GetString()}")));
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new TensorShape(logits.Length, logits[0].Length), [.. logits.SelectMany(r => r)], Tolerance.For("reference"));
        Assert.True(comparison.Passed, comparison.ToString());
    }
}
