using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CudaNet.Cli;
using CudaNet.Engine;

namespace CudaNet.Programs;

/// <summary>
/// From arguments to exit code, for the programs that measure and fuzz: help on stdout; what is wrong is one line on stderr, with the tool's codes.
/// </summary>
internal static class ProgramLine
{
    public static int Run(RootCommand root, IReadOnlyList<string> arguments)
    {
        HelpAction help = (HelpAction)root.Options.OfType<HelpOption>().Single().Action!;
        help.MaxWidth = 120;
        if (root.Subcommands.Count > 0)
        {
            root.SetAction(help.Invoke);
        }

        try
        {
            return Invoke(root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null }));
        }
        catch (UsageException exception)
        {
            return Fail(ExitCode.Usage, exception.Message, null);
        }
        catch (CudaNetException exception)
        {
            return Fail(ExitCode.BadInput, exception.Message, exception.Hint);
        }
        catch (OutOfMemoryException)
        {
            return Fail(ExitCode.BadInput, "there is not enough memory", null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.BadInput, exception.Message, null);
        }
        catch (Exception exception) when (Environment.GetEnvironmentVariable("CUDANET_DEBUG") != "1")
        {
            return Fail(ExitCode.Bug, $"{exception.GetType().Name}: {exception.Message}", "A fault of the program; CUDANET_DEBUG=1 shows where.");
        }
    }

    private static int Invoke(ParseResult parsed)
    {
        string? wrong = parsed.Action is HelpAction ? null : UnknownWord.Find(parsed) ?? (parsed.Action is ParseErrorAction ? parsed.Errors[0].Message : null);
        Command command = parsed.CommandResult.Command;
        return wrong is null
            ? parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null })
            : Fail(ExitCode.Usage, wrong, $"{(command is RootCommand ? "" : $"{command.Name} ")}--help shows what there is.");
    }

    private static int Fail(int code, string message, string? hint)
    {
        string line = $"error: {message.TrimEnd('.')}{(hint is null ? "" : $" ({hint.TrimEnd('.')})")}";
        Console.Error.WriteLine(line.ReplaceLineEndings(" "));
        return code;
    }
}
