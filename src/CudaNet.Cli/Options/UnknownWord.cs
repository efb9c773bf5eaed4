using System.CommandLine;
using System.CommandLine.Parsing;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>A mistyped option, which would otherwise be taken for an image's name, or a mistyped command.</summary>
internal static class UnknownWord
{
    /// <summary>What is wrong, with the closest right word; null where nothing is. What follows <c>--</c> is never an option.</summary>
    public static string? Find(ParseResult parsed)
    {
        CommandResult result = parsed.CommandResult;
        HashSet<Token> arguments = [.. result.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)];
        Token[] words = [.. parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash)];
        string? option = words.Where(arguments.Contains).Select(t => t.Value)
            .Concat(parsed.UnmatchedTokens.Where(u => words.Any(w => w.Value == u)))
            .FirstOrDefault(w => w.Length > 1 && w[0] == '-');
        if (option is not null)
        {
            string name = option.Split('=', ':')[0];
            return Message("option", name, Options(result).Where(o => o.StartsWith("--", StringComparison.Ordinal)));
        }

        return result.Command is RootCommand root && parsed.UnmatchedTokens is [string command, ..] ? Message("command", command, root.Subcommands.Select(c => c.Name)) : null;
    }

    private static IEnumerable<string> Options(CommandResult result) =>
        result.Command.Options.Concat(result.Parent is CommandResult parent ? parent.Command.Options.Where(o => o.Recursive) : []).Where(o => !o.Hidden).Select(o => o.Name);

    private static string Message(string noun, string word, IEnumerable<string> known) =>
        $"unknown {noun} {word}{(NameSuggestions.Closest(word, known) is [string closest, ..] ? $", did you mean {closest}?" : "")}";
}
