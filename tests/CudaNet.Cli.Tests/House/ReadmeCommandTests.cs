using CudaNet.Cli.Tests.Commands;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>What the README says of the tool is true. Alone, because it takes the process's folder.</summary>
[Collection(nameof(Alone))]
public sealed class ReadmeCommandTests
{
    /// <summary>The commands that the README starts with, without the build: arguments as they stand there, the output somewhere else.</summary>
    [Theory]
    [InlineData("samples", "predictions", "layer1.1.act2", "global_pool", "files", "metadata")]
    [InlineData("--backend emulated", "predictions", "global_pool", "files", "metadata")]
    public void Each_command_does_what_it_promises(string which, params string[] expected)
    {
        using TemporaryFolder temporary = new();
        bool isEmulated = which.StartsWith("--backend", StringComparison.Ordinal);
        string line = Assert.Single(
            File.ReadLines(Repository.File("README.md")), l => l.StartsWith("dotnet run ", StringComparison.Ordinal) && l.Contains("--backend", StringComparison.Ordinal) == isEmulated);
        string[] arguments = [.. line.Split(" -- ")[1].Split(' ')];
        int output = Array.IndexOf(arguments, "--output") + 1;
        arguments[output] = temporary.File(arguments[output]);
        string folder = Environment.CurrentDirectory;
        Tool tool;
        try
        {
            Environment.CurrentDirectory = Repository.Root;
            tool = Tool.Run(arguments);
        }
        finally
        {
            Environment.CurrentDirectory = folder;
        }

        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        IReadOnlyDictionary<string, NpyArray> arrays = NpyArray.ReadArchive(arguments[output]);
        Assert.Equal(expected, arrays.Keys);
        int images = isEmulated ? 1 : InputFiles.Expand([Repository.File("samples")]).Files.Count;
        Assert.All(arrays.Where(a => a.Key != "metadata"), a => Assert.Equal(images, a.Value.Shape[0]));
    }
}
