using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Kernels;

namespace CudaNet.Cli;

/// <summary><c>--backend</c> and <c>--threads</c>.</summary>
internal sealed class BackendOptions
{
    private static readonly BackendEntry Default = BackendCatalogue.All[0];

    private readonly Option<string?> _backend = ValueOptions.Choice(
        "--backend",
        $"What computes: {string.Join(", ", BackendCatalogue.All.Select(b => $"{b.Name}: {b.Summary}"))}.",
        [.. BackendCatalogue.All.Select(b => b.Name)]);

    private readonly Option<int?> _threads = ValueOptions.OptionalCount("--threads", Default.MaxThreads, "Threads that compute; default: one a core for cpu, always one for reference.");

    private readonly CliContext _context;

    public BackendOptions(Command command, CliContext context)
    {
        _context = context;
        _backend.DefaultValueFactory = _ => Default.Name;
        command.Add(_backend);
        command.Add(_threads);
    }

    /// <exception cref="UsageException">The backend cannot have that many threads.</exception>
    /// <exception cref="CudaNetException">The machine cannot run the backend.</exception>
    public IBackend Create(ParseResult arguments)
    {
        if (_context.Backend is { } own)
        {
            return own;
        }

        BackendEntry entry = BackendCatalogue.Find(arguments.GetValue(_backend)!);
        int threads = arguments.GetValue(_threads) ?? 0;
        return threads <= entry.MaxThreads
            ? entry.Create(threads)
            : throw new UsageException($"the {entry.Name} backend computes on {(entry.MaxThreads == 1 ? "one thread" : $"at most {entry.MaxThreads} threads")}, not {threads}");
    }
}
