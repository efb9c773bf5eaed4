using System.CommandLine;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.ConsoleArguments;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using CudaNet.Cli;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary><c>suites</c>: what BenchmarkDotNet measures, with its own arguments after <c>--</c>.</summary>
internal sealed class SuitesCommand : Command
{
    private const int FailedBenchmark = 1;
    private static readonly string[] AboutItself = ["--help", "--version", "--info"];

    private readonly Option<string> _filter = new("--filter") { HelpName = "GLOB", Description = "Benchmarks whose name fits; * is any text.", DefaultValueFactory = _ => "*" };
    private readonly Option<bool> _list = new("--list") { Description = "Print the benchmarks' names and run none." };

    private readonly Argument<string[]> _others = new("ARGUMENT")
    {
        Description = "After --, BenchmarkDotNet's own arguments, for example `suites -- --job short`; `suites -- --help` shows them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public SuitesCommand()
        : base("suites", "Runs the BenchmarkDotNet suites, in the repository's folder: reports go into its BenchmarkDotNet.Artifacts. Exit code 1 where one failed.")
    {
        Add(_others);
        Add(_filter);
        Add(_list);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        // What follows no option BenchmarkDotNet would pass over.
        string[] others = parsed.GetValue(_others) ?? [];
        if (others is [string first, ..] && !first.StartsWith('-'))
        {
            throw new UsageException($"'{first}' is no option of suites; BenchmarkDotNet's own follow --");
        }

        Type[] suites = [.. typeof(SuitesCommand).Assembly.GetTypes().Where(t => t.GetMethods().Any(m => m.IsDefined(typeof(BenchmarkAttribute), inherit: false)))];
        BenchmarkSwitcher switcher = BenchmarkSwitcher.FromTypes(suites);
        if (others.Any(AboutItself.Contains))
        {
            switcher.Run(others);
            return ExitCode.Success;
        }

        string[] all = ["--filter", parsed.GetValue(_filter)!, .. (string[])(parsed.GetValue(_list) ? ["--list", "flat"] : []), .. others];
        AccumulationLogger log = new();
        (bool isRight, IConfig? config, CommandLineOptions? options) = ConfigParser.Parse(all, log);
        if (!isRight)
        {
            throw new UsageException($"BenchmarkDotNet refuses its arguments: {Complaint(log.GetLog())}");
        }

        if (suites.All(t => BenchmarkConverter.TypeToBenchmarks(t, config).BenchmarksCases.Length == 0))
        {
            throw new UsageException($"no benchmark fits {string.Join(' ', options!.Filters)}; suites --list names them");
        }

        if (!parsed.GetValue(_list))
        {
            BenchFiles.OpenModel().Dispose();

            // There BenchmarkDotNet looks for the project that it builds again.
            Environment.CurrentDirectory = Repository.Root;
        }

        Summary[] summaries = [.. switcher.Run(all)];
        return summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? ExitCode.Success : FailedBenchmark;
    }

    /// <summary>One line of what BenchmarkDotNet says: the one below its heading, where it has one.</summary>
    private static string Complaint(string log)
    {
        string[] lines = log.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.ElementAtOrDefault(Array.IndexOf(lines, "ERROR(S):") + 1) ?? "it does not say why";
    }
}
