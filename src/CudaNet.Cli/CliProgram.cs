using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>The tool from arguments to exit code, without a process around it: whatever happens becomes a line on stderr and a code.</summary>
internal static class CliProgram
{
    /// <summary>Set to 1, an error is followed by its stack trace.</summary>
    private const string DebugVariable = "CUDANET_DEBUG";

    public static int Run(IReadOnlyList<string> args, CliContext context)
    {
        try
        {
            int code = Invoke(args, context);
            context.Out.Flush();
            return code;
        }
        catch (OutputException exception)
        {
            return exception.IsUnread ? ExitCode.Unread : Fail(context, ExitCode.BadInput, $"standard output cannot be written: {exception.Message}", null, exception);
        }
        catch (OperationCanceledException exception)
        {
            return Fail(context, ExitCode.Cancelled, "cancelled", null, exception);
        }
        catch (UsageException exception)
        {
            return Fail(context, ExitCode.Usage, exception.Message, null, exception);
        }
        catch (CudaNetException exception)
        {
            return Fail(context, ExitCode.BadInput, exception.Message, exception.Hint, exception);
        }
        catch (OutOfMemoryException exception)
        {
            return Fail(context, ExitCode.BadInput, "there is not enough memory", "A smaller --batch, --size or --input needs less.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(context, ExitCode.BadInput, exception.Message, null, exception);
        }
        catch (Exception exception)
        {
            string hint = $"This is a fault of cudanet; {DebugVariable}=1 shows where.";
            return Fail(context, ExitCode.Bug, $"{exception.GetType().Name}: {exception.Message}", hint, exception);
        }
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand CreateRoot(CliContext context)
    {
        RootCommand root = new("Runs ResNets: predictions, and the output of any layer, from the checkpoints people have.")
        {
            new LayersCommand(context),
            new ClassifyCommand(context),
            new FeaturesCommand(context),
            new SimilarityCommand(context),
            new ExplainCommand(context),
            new RooflineCommand(context),
            new ProfileCommand(context),
            new ProfileReportCommand(context),
            new ConvertCommand(context),
            new CompareCommand(context),
            new DoctorCommand(context),
            new SelfTestCommand(context),
        };
        root.Options.Add(SharedOptions.Quiet());
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        HelpWithExamples action = new((HelpAction)help.Action!, context);
        help.Action = action;
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(context);
        root.SetAction(action.Invoke);
        return root;
    }

    private static int Invoke(IReadOnlyList<string> args, CliContext context)
    {
        // An image may be called @photo.jpg: no response files.
        ParseResult parsed = CreateRoot(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        string? unknown = parsed.Action is HelpWithExamples or VersionAction ? null : UnknownWord.Find(parsed);
        if (unknown is not null || parsed.Action is ParseErrorAction)
        {
            Command command = parsed.CommandResult.Command;
            string name = command is RootCommand ? "cudanet" : $"cudanet {command.Name}";
            return Fail(context, ExitCode.Usage, unknown ?? parsed.Errors[0].Message, $"`{name} --help` shows what there is.", null);
        }

        context.IsQuiet = parsed.GetValue<bool>(SharedOptions.QuietName);
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = context.Out,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static int Fail(CliContext context, int code, string message, string? hint, Exception? exception)
    {
        context.ErrorLine($"error: {message}");
        if (hint is not null)
        {
            context.ErrorLine($"hint: {hint}");
        }

        if (exception is not null && Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            foreach (string line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
            {
                context.ErrorLine(line);
            }
        }

        return code;
    }
}
