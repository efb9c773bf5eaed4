using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Files that users have, in the shared folder, with PyTorch's logits in double.</summary>
internal static class UsersLogits
{
    /// <summary>Holds a file's logits against PyTorch's, for the input that these were recorded with.</summary>
    /// <param name="file">Its path in the shared folder <c>users</c>.</param>
    public static void Check(string file)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Shared.Require("users/expected.json")));
        JsonElement entry = expected.RootElement.GetProperty(file);
        double[][] logits = [.. entry.GetProperty("torch_logits").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        using Model model = ModelFile.Open(Shared.Require($"users/{file}"));
        using Session session = new(model, Backends.Create("reference"));
        Tensor actual = session.Predict(NpyReader.Read(Shared.Require($"users/{entry.GetProperty("input").GetString()}")));
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new TensorShape(logits.Length, logits[0].Length), [.. logits.SelectMany(r => r)], Tolerance.For("reference"));
        Assert.True(comparison.Passed, comparison.ToString());
    }
}
