using System.CommandLine;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary><c>--backend</c>, <c>--precision</c>, <c>--threads</c>, and what a GPU's backend takes beside them.</summary>
internal sealed class BackendOptions
{
    private static readonly BackendEntry Default = BackendCatalogue.All[0];
    private static readonly BackendEntry[] OnHost = [.. BackendCatalogue.All.Where(b => b.Name != DeviceName.Cuda)];
    private static readonly Dictionary<string, ArithmeticPrecision> Precisions = Enum.GetValues<ArithmeticPrecision>().ToDictionary(p => p.ShortName());

    private readonly Option<string> _backend = new("--backend")
    {
        HelpName = $"{string.Join('|', OnHost.Select(b => b.Name))}|{DeviceName.Form}",
        Description = $"What computes: {string.Join(", ", BackendCatalogue.All.Select(b => $"{b.Name}: {b.Summary}"))}, {DeviceName.Emulated}: the same code on a GPU that exists in host memory only (slow).",
        DefaultValueFactory = _ => Default.Name,
    };

    private readonly Option<string?> _precision = ValueOptions.Choice(
        "--precision", "What a GPU stores and multiplies: fp32 (default) and tf32 in 32 bits, fp16 and bf16 in 16.", [.. Precisions.Keys]);

    private readonly Option<int?> _threads = ValueOptions.OptionalCount("--threads", Default.MaxThreads, "Threads that compute; default: one a core for cpu, always one for the others.");

    private readonly GpuOptions _gpu;
    private readonly CliContext _context;

    public BackendOptions(Command command, CliContext context)
    {
        _context = context;
        TakeNames(_backend);
        command.Add(_backend);
        command.Add(_precision);
        command.Add(_threads);
        _gpu = new GpuOptions(command);
    }

    /// <summary>An option that takes a backend's name and nothing beside it.</summary>
    public static Option<string?> Named(string name, string description)
    {
        Option<string?> option = new(name) { HelpName = "BACKEND", Description = description };
        TakeNames(option);
        return option;
    }

    /// <summary>The backend of that name with all its threads; on a GPU in fp32.</summary>
    /// <exception cref="CudaNetException">The machine cannot run it.</exception>
    public static IBackend Create(string name) => DeviceName.TryParse(name) is not { } device ? BackendCatalogue.Find(name).Create(0)
        : device.IsEmulated ? EmulatedBackend(new CudaOptions())
        : new CudaBackend(new CudaOptions { Device = device.Ordinal ?? 0 });

    /// <summary>What was asked for, in the options' words.</summary>
    public string Describe(ParseResult arguments) =>
        $"{arguments.GetValue(_backend)}{(arguments.GetValue(_precision) is { } precision ? $" in {precision}" : "")}{_gpu.Describe(arguments)}";

    /// <param name="arguments">The command line.</param>
    /// <param name="measured">Told of each pass on a GPU; null to measure nothing.</param>
    /// <exception cref="UsageException">The backend cannot have that many threads, or that precision.</exception>
    /// <exception cref="CudaNetException">The machine cannot run the backend.</exception>
    public IBackend Create(ParseResult arguments, Action<PassTimes>? measured = null)
    {
        if (_context.Backend is { } own)
        {
            return own;
        }

        string name = arguments.GetValue(_backend)!;
        string? precision = arguments.GetValue(_precision);
        int threads = arguments.GetValue(_threads) ?? 0;
        if (DeviceName.TryParse(name) is { } device)
        {
            CudaOptions options = _gpu.Apply(arguments, new() { Device = device.Ordinal ?? 0, Precision = precision is null ? ArithmeticPrecision.Float32 : Precisions[precision], PassMeasured = measured });
            return threads > 1 ? throw TooManyThreads(name, 1, threads) : device.IsEmulated ? EmulatedBackend(options) : new CudaBackend(options);
        }

        BackendEntry entry = BackendCatalogue.Find(name);
        return precision is not null ? throw new UsageException($"the {name} backend has no --precision: it computes fp32")
            : _gpu.Given(arguments) is { } given ? throw new UsageException($"the {name} backend has no {given}: it is for GPUs")
            : threads > entry.MaxThreads ? throw TooManyThreads(name, entry.MaxThreads, threads)
            : entry.Create(threads);
    }

    private static void TakeNames(Option option)
    {
        option.CompletionSources.Add([.. OnHost.Select(b => b.Name), DeviceName.Cuda, DeviceName.Emulated]);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => DeviceName.TryParse(t.Value) is null && OnHost.All(b => b.Name != t.Value)) is { } wrong)
            {
                result.AddError($"'{wrong.Value}' does not fit {option.Name}: one of {string.Join(", ", OnHost.Select(b => b.Name))}, {DeviceName.Cuda}, {DeviceName.Cuda}:N, {DeviceName.Emulated}.");
            }
        });
    }

    /// <summary>It lasts as long as the process, and says on standard error what it finds wrong.</summary>
    private static CudaBackend EmulatedBackend(CudaOptions options)
    {
        EmulatedMachine machine = new(new EmulatorOptions { FindingsToError = true });
        machine.InstallForProcess();
        return new CudaBackend(options with { Libraries = machine.Libraries.Load() }) { Name = DeviceName.Emulated };
    }

    private static UsageException TooManyThreads(string name, int most, int threads) =>
        new($"the {name} backend computes on {(most == 1 ? "one thread" : $"at most {most} threads")}, not {threads}");
}
