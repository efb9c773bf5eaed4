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
            File.ReadLines(Repository.File("README.md")), l => l.StartsWith("dotnet run ", StringComparison.Ordinal) && l.Contains(" -- features ", StringComparison.Ordinal) && l.Contains("--backend", StringComparison.Ordinal) == isEmulated);
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

    /// <summary>The second example, with the model where it was restored; the table in the README is what it prints.</summary>
    [Fact]
    public void The_table_of_similarities_is_what_the_command_prints()
    {
        string models = ImageNetModel.Folder;
        string[] readme = File.ReadAllLines(Repository.File("README.md"));
        int command = Array.FindIndex(readme, l => l.Contains(" -- similarity ", StringComparison.Ordinal));
        string[] arguments = [.. readme[command].Split(" -- ")[1].Replace("$MODELS", models, StringComparison.Ordinal).Split(' ').Select(a => a == "samples" ? Repository.File("samples") : a)];
        Assert.EndsWith(models[models.IndexOf("microsoft.ml", StringComparison.Ordinal)..], readme[command - 1], StringComparison.Ordinal);
        Tool tool = Tool.Run(arguments);
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        string[] table = [.. readme.Skip(command).SkipWhile(l => l != "```text").Skip(1).TakeWhile(l => l != "```")];
        Assert.Equal(table, tool.Out.TrimEnd().Split('\n'));
        Assert.Equal("1.00", table[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]);
    }
}
