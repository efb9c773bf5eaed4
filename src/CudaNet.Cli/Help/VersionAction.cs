using System.CommandLine;
using System.CommandLine.Invocation;

namespace CudaNet.Cli;

/// <summary><c>--version</c>: the tool's version, whatever process runs it.</summary>
internal sealed class VersionAction(CliContext context) : SynchronousCommandLineAction
{
    /// <summary>Major.minor.patch.</summary>
    public static string Version { get; } = typeof(VersionAction).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        context.Out.WriteLine($"cudanet {Version}");
        return ExitCode.Success;
    }
}
