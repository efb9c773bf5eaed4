using System.Reflection;
using System.Text.Json;
using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>The ResNet-18 trained on ImageNet that NuGet serves, and the numbers that <c>onnx/mlnet-resnet18.json</c> has of every node, computed in double.</summary>
public static class ImageNetModel
{
    /// <summary>Where the package has both.</summary>
    public static string Folder => typeof(ImageNetModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ImageNetModels").Value!;

    /// <summary>The network's file in the restored package.</summary>
    public static string Network => Path.Combine(Folder, "ResNet18Onnx", "ResNet18.onnx");

    /// <summary>The file of its preprocessing.</summary>
    public static string Preprocessing => Path.Combine(Folder, "ResNetPrepOnnx", "ResNetPreprocess.onnx");

    /// <summary>Fails unless every node of a run on one of the two photographs is what was computed.</summary>
    public static void AssertSame(string photograph, Model model, LayerOutputs outputs, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(outputs);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("onnx/mlnet-resnet18.json")));
        JsonElement nodes = document.RootElement.GetProperty(photograph);
        string[] names = [.. nodes.EnumerateObject().Select(n => n.Name).Where(n => n != "features")];
        Assert.Equal(model.Graph.Layers.Select(l => l.Name), names);
        foreach (string name in names)
        {
            AssertNode(name, outputs[name], nodes.GetProperty(name), tolerance);
        }

        double[] features = Numbers(nodes.GetProperty("features"));
        TensorComparison comparison = TensorComparison.Compare(outputs.Output.Shape, outputs.Output.Values, new TensorShape(1, features.Length), features, tolerance);
        Assert.True(comparison.Passed, comparison.ToString());
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
