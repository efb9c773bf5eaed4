using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli;

/// <summary><c>--backend</c> and <c>--threads</c>.</summary>
internal sealed class BackendOptions
{
    private const string Cpu = "cpu";
    private const string Reference = "reference";

    private readonly Option<string?> _backend = SharedOptions.Choice("--backend", "What computes: SIMD kernels, or naive loops in double (slow: the judge).", Cpu, Reference);

    private readonly Option<int?> _threads = SharedOptions.OptionalCount("--threads", CpuOptions.MaxThreads, "Threads that compute; default: one a core for cpu, always one for reference.");

    private readonly CliContext _context;

    public BackendOptions(Command command, CliContext context)
    {
        _context = context;
        _backend.DefaultValueFactory = _ => Cpu;
        command.Add(_backend);
        command.Add(_threads);
    }

    /// <exception cref="UsageException">The backend cannot have that many threads.</exception>
    /// <exception cref="CudaNetException">The machine cannot run the backend.</exception>
    public IBackend Create(ParseResult arguments)
    {
        int? threads = arguments.GetValue(_threads);
        return _context.Backend is { } own ? own
            : arguments.GetValue(_backend) == Cpu ? new CpuBackend(new CpuOptions { Threads = threads ?? 0 })
            : threads is null or 1 ? new ReferenceBackend()
            : throw new UsageException($"the reference backend computes on one thread, not {threads}");
    }
}
