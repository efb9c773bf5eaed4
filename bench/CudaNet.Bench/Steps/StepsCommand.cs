using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary><c>steps</c>: where the time of a pass goes.</summary>
internal sealed class StepsCommand : Command
{
    private readonly Option<Counts> _batches = Counts.Option("--batches", "Images in a batch.", 1024, 1, 8);
    private readonly Option<Counts> _sizes = Counts.Option("--sizes", "Rows and columns of an image.", Preprocessing.MaxSide, 224);
    private readonly Option<Counts> _threads = Counts.Option("--threads", "Threads that compute.", CpuOptions.MaxThreads, 1);
    private readonly Option<string?> _width = ValueOptions.Choice("--width", "Bits of vectors; default: the machine's widest.", "128", "256", "512");
    private readonly Option<int> _rounds = ValueOptions.Count("--rounds", 30, 1_000_000, "Passes of each.");
    private readonly Option<bool> _noWrite = new("--no-write") { Description = "Leave this machine's results as they are." };

    public StepsCommand(IReadOnlyList<string> arguments)
        : base("steps", "Times every step of a pass, with the algorithms that are chosen and with direct sums, into steps.md of this machine's results.")
    {
        Add(_batches);
        Add(_sizes);
        Add(_threads);
        Add(_width);
        Add(_rounds);
        Add(_noWrite);
        SetAction(parsed => StepsReport.Write(new StepsOptions
        {
            Batches = parsed.GetRequiredValue(_batches).Values,
            Sizes = parsed.GetRequiredValue(_sizes).Values,
            Threads = parsed.GetRequiredValue(_threads).Values,
            Width = parsed.GetValue(_width) is { } bits ? Enum.Parse<SimdWidth>(bits) : SimdWidth.Auto,
            Rounds = parsed.GetValue(_rounds),
            Write = !parsed.GetValue(_noWrite),
            Command = $"dotnet run -c Release --project bench/CudaNet.Bench -- {string.Join(' ', arguments)}",
        }));
    }
}
