using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CudaNet.Cli;

/// <summary>The usual help, then the command's examples or, for the tool itself, its exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual, CliContext context) : SynchronousCommandLineAction
{
    /// <summary>Help may be asked for in the midst of a wrong command.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // Wrapped text would differ from terminal to terminal; long lines are the terminal's to wrap.
        usual.MaxWidth = 120;
        usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is CliCommand command)
        {
            Write("Examples:", command.Examples);
        }
        else
        {
            Write("Exit codes:",
            [
                "0    done",
                "1    compare: a layer is beyond tolerance; selftest: a check failed; profile: bits differ; profile-report: a row failed",
                "2    wrong usage: an unknown option, a value it does not take",
                "3    bad input: a file, model, image or layer that cannot be used",
                "70   a fault of cudanet itself",
                "130  cancelled with Ctrl+C",
                "141  nobody reads the results any more",
                "143  ended by SIGTERM; another signal N that ends it: 128 + N",
            ]);
        }

        return ExitCode.Success;
    }

    private void Write(string title, IReadOnlyList<string> lines)
    {
        context.Out.WriteLine(title);
        foreach (string line in lines)
        {
            context.Out.WriteLine($"  {line}");
        }

        context.Out.WriteLine();
    }
}
