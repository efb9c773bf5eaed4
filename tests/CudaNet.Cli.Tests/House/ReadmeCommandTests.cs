using CudaNet.Cli.Tests.Commands;
using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>What the README says of the tool is true. Alone, because it takes the process's folder.</summary>
[Collection(nameof(Alone))]
public sealed class ReadmeCommandTests
{
    /// <summary>The command that the README starts with, without the build: its arguments as they stand there, its output somewhere else.</summary>
    [Fact]
    public void The_first_command_does_what_it_promises()
    {
        using TemporaryFolder temporary = new();
        string line = Assert.Single(File.ReadLines(Repository.File("README.md")), l => l.StartsWith("dotnet run ", StringComparison.Ordinal));
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
        Assert.Equal(["predictions", "layer1.1.act2", "global_pool", "files"], arrays.Keys);
        int images = InputFiles.Expand([Repository.File("samples")]).Files.Count;
        Assert.All(arrays.Values, a => Assert.Equal(images, a.Shape[0]));
    }
}
