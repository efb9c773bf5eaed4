using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What one run of the tool's entry point gave.</summary>
internal sealed record Tool(int Code, string Out, string Error)
{
    /// <summary>The one object on stdout.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Tool Run(params IReadOnlyList<string> args) => Run(args, CancellationToken.None);

    public static Tool Run(IReadOnlyList<string> args, CancellationToken cancellation, IBackend? backend = null)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = CliProgram.Run(args, new CliContext(output, error) { Cancellation = cancellation, Backend = backend });
        return new Tool(code, output.ToString(), error.ToString());
    }
}
