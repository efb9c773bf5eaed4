using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>The options of a command that say so.</summary>
internal sealed class PassArguments
{
    private const int MaxBatch = 65_536, MaxRounds = 1_000_000;

    private readonly Option<Counts> _batches = Counts.Option("--batches", "Images in a batch.", MaxBatch, 1, 8);
    private readonly Option<Counts> _sizes = Counts.Option("--sizes", "Rows and columns of an image.", Preprocessing.MaxSide, 224);
    private readonly Option<Counts> _threads;
    private readonly Option<string?> _width = ValueOptions.Choice("--width", "Bits of CudaNet's vectors; default: the machine's widest.", "128", "256", "512");
    private readonly Option<string?> _convolutions = ValueOptions.Choice("--convolutions", "How CudaNet computes convolutions; default: Auto.", Enum.GetNames<CpuConvolutions>());
    private readonly Option<int> _rounds;
    private readonly Option<bool> _noWrite = new("--no-write") { Description = "Leave this machine's results as they are." };
    private readonly string _line;

    /// <param name="command">Gets the options.</param>
    /// <param name="arguments">The program's.</param>
    /// <param name="rounds">By default.</param>
    /// <param name="description">Of the rounds.</param>
    /// <param name="threads">By default.</param>
    public PassArguments(Command command, IReadOnlyList<string> arguments, int rounds, string description, params int[] threads)
    {
        _threads = Counts.Option("--threads", "Threads that compute.", CpuOptions.MaxThreads, threads);
        _rounds = ValueOptions.Count("--rounds", rounds, MaxRounds, description);
        _line = $"dotnet run -c Release --project bench/CudaNet.Bench -- {string.Join(' ', arguments)}";
        foreach (Option option in (Option[])[_batches, _sizes, _threads, _width, _convolutions, _rounds, _noWrite])
        {
            command.Add(option);
        }
    }

    public PassOptions Of(ParseResult parsed) => new()
    {
        Batches = parsed.GetRequiredValue(_batches).Values,
        Sizes = parsed.GetRequiredValue(_sizes).Values,
        Threads = parsed.GetRequiredValue(_threads).Values,
        Width = parsed.GetValue(_width) is { } bits ? Enum.Parse<SimdWidth>(bits) : SimdWidth.Auto,
        Convolutions = parsed.GetValue(_convolutions) is { } name ? Enum.Parse<CpuConvolutions>(name) : CpuConvolutions.Auto,
        Rounds = parsed.GetValue(_rounds),
        Write = !parsed.GetValue(_noWrite),
        Command = _line,
    };
}
