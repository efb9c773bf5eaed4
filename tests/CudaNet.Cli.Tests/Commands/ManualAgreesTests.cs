using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>docs/cli.md</c>, the help and the tool's own lists: the same exit codes, and the same options for each command.</summary>
public sealed partial class ManualAgreesTests
{
    private static readonly string Manual = File.ReadAllText(Repository.File("docs/cli.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> Verbs => [.. Root().Subcommands.Select(c => c.Name)];

    [Fact]
    public void Exit_codes_are_the_same_in_the_manual_the_help_and_the_code()
    {
        int[] known = [.. typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (int)f.GetRawConstantValue()!).Except([ExitCode.Signalled]).Order()];
        string table = Manual.Split("## Exit codes\n")[1].Split("\n## ")[0];
        Assert.Equal(known, Numbers(RowPattern().Matches(table)));
        string help = Tool.Run("--help").Out.Split("Exit codes:\n")[1];
        Assert.Equal(known, Numbers(HelpPattern().Matches(help)));
    }

    /// <summary>An option of a command stands in its section, or in the table of those that several commands take, in a row that names the command.</summary>
    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_option_of_a_command_is_in_the_manual(string verb)
    {
        string section = Assert.Single(Manual.Split("\n## "), s => s.StartsWith($"{verb}\n", StringComparison.Ordinal));
        (string Option, string[] Commands)[] shared = Shared();
        Command command = Root().Subcommands.Single(c => c.Name == verb);
        foreach (string option in command.Options.Select(o => o.Name))
        {
            bool isShared = shared.Any(row => row.Option == option && (row.Commands.Contains(verb) || row.Commands.Contains("all")));
            Assert.True(isShared || Regex.IsMatch(section, $"`{option}[ `]"), $"{verb} {option}");
        }

        foreach ((string option, _) in shared.Where(row => row.Commands.Contains(verb)))
        {
            Assert.True(command.Options.Any(o => o.Name == option), $"the manual says that {verb} takes {option}");
        }
    }

    [Fact]
    public void What_all_commands_take_is_taken_by_all()
    {
        RootCommand root = Root();
        string[] all = [.. Shared().Where(r => r.Commands.Contains("all")).Select(r => r.Option)];
        Assert.Equal(["--json", "--quiet"], all);
        Assert.All(root.Subcommands, c => Assert.All(all, o => Assert.Contains(o, c.Options.Concat(root.Options.Where(r => r.Recursive)).Select(option => option.Name))));
        Assert.All(Verbs, v => Assert.Contains("-q, --quiet", Tool.Run(v.Data, "--help").Out, StringComparison.Ordinal));
    }

    private static RootCommand Root() => CliProgram.CreateRoot(new CliContext(TextWriter.Null, TextWriter.Null));

    /// <summary>The rows of the table; <c>the same</c> is what the row before it has.</summary>
    private static (string Option, string[] Commands)[] Shared()
    {
        string table = Manual.Split("## Options that several commands take\n")[1].Split("\n## ")[0];
        List<(string Option, string[] Commands)> rows = [];
        foreach (Match row in OptionPattern().Matches(table))
        {
            string commands = row.Groups["commands"].Value;
            rows.Add((row.Groups["option"].Value, commands == "the same" ? rows[^1].Commands : commands.Split(", ")));
        }

        Assert.NotEmpty(rows);
        return [.. rows];
    }

    private static int[] Numbers(MatchCollection matches) => [.. matches.Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^  (\d+)  ", RegexOptions.Multiline)]
    private static partial Regex HelpPattern();

    [GeneratedRegex(@"^\| `(?<option>--[a-z-]+)[^|]*\| (?<commands>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex OptionPattern();
}
