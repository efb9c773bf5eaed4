using System.CommandLine;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What a person sees first.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Verbs => ["layers", "classify", "features", "explain", "roofline", "profile", "profile-report", "convert", "compare", "doctor", "selftest"];

    [Fact]
    public void Without_arguments_the_tool_shows_its_help()
    {
        Tool bare = Tool.Run();
        Assert.Equal(ExitCode.Success, bare.Code);
        Assert.Equal(Tool.Run("--help").Out, bare.Out);
        Assert.All(Verbs, v => Assert.Contains($"\n  {v.Data} ", bare.Out, StringComparison.Ordinal));
        Assert.Contains("Exit codes:", bare.Out, StringComparison.Ordinal);
        Assert.Empty(bare.Error);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_command_has_help_with_examples(string verb)
    {
        Tool help = Tool.Run(verb, "--help");
        Assert.Equal(ExitCode.Success, help.Code);
        Assert.Contains($"Examples:\n  cudanet {verb}", help.Out, StringComparison.Ordinal);
        Assert.Contains("--json", help.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_example_is_a_command_line_that_the_tool_takes()
    {
        RootCommand root = CliProgram.CreateRoot(new CliContext(TextWriter.Null, TextWriter.Null));
        string[] examples = [.. root.Subcommands.Cast<CliCommand>().SelectMany(c => c.Examples)];
        Assert.True(examples.Length >= Verbs.Count);
        Assert.All(examples, e => Assert.Empty(root.Parse(e["cudanet ".Length..].Split(' ')).Errors));
    }

    [Fact]
    public void The_version_is_one_line() => Assert.Matches(@"\Acudanet \d+\.\d+\.\d+\n\z", Tool.Run("--version").Out);
}
