using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli;

/// <summary><c>--backend</c> and <c>--threads</c>.</summary>
internal sealed class BackendOptions
{
    private const string Reference = "reference";

    private readonly Option<string> _backend = new("--backend")
    {
        HelpName = "NAME",
        Description = "What computes: reference (naive loops in double, the judge).",
        DefaultValueFactory = _ => Reference,
    };

    private readonly Option<int> _threads = SharedOptions.Count("--threads", 1, 1024, "Threads that compute; reference has one.");

    public BackendOptions(Command command)
    {
        _backend.AcceptOnlyFromAmong(Reference);
        command.Add(_backend);
        command.Add(_threads);
    }

    /// <exception cref="UsageException">The backend cannot have that many threads.</exception>
    public IBackend Create(ParseResult arguments)
    {
        int threads = arguments.GetValue(_threads);
        return threads == 1 ? new ReferenceBackend() : throw new UsageException($"the reference backend computes on one thread, not {threads}");
    }
}
