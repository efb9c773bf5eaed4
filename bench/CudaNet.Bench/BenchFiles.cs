using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>The repository's own files that are measured with and written to, asked for before anything starts.</summary>
internal static class BenchFiles
{
    private const string ModelName = "models/resnet18-leaf.safetensors";

    /// <summary>The model's path, whether it is there or not.</summary>
    public static string ModelPath { get; } = Repository.File(ModelName);

    /// <summary>The model that is measured where no other is named.</summary>
    /// <exception cref="CudaNetException">It is not there, or cannot be opened.</exception>
    public static Model OpenModel() => ModelFile.Open(Require(ModelPath, $"The repository has {ModelName}: check it out again."));

    /// <summary>A published architecture with 1000 classes and weights by formula: whatever they are, a pass costs the same.</summary>
    /// <exception cref="CudaNetException">There is none of that name.</exception>
    public static Model MakeModel(string architecture)
    {
        ResNetConfig config = ResNet.Configure(architecture);
        LayerGraph graph = ResNet.Build(config);
        return new Model(graph, Formula.Parameters(graph), new ModelMetadata { Architecture = $"{architecture} by formula", ResNet = config });
    }

    /// <summary>The path of a file, which is there.</summary>
    /// <exception cref="CudaNetException">It is not.</exception>
    public static string Require(string path, string hint) =>
        Path.Exists(path) ? path : throw new CudaNetException("there is no such file") { File = path.Length == 0 ? "''" : path, Hint = hint };

    /// <summary>Where a result of this machine is written; its folder is there afterwards.</summary>
    /// <exception cref="CudaNetException">The repository that this program was built in is no longer there.</exception>
    public static string Result(string name)
    {
        string results = Repository.File("bench/results");
        return Directory.Exists(results)
            ? Path.Combine(Directory.CreateDirectory(Path.Combine(results, Device.Folder)).FullName, name)
            : throw new CudaNetException("there is no such folder") { File = results, Hint = "Results go into the repository that the program was built in: build it again." };
    }
}
