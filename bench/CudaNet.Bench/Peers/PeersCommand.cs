using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary><c>peers</c>: CudaNet against ONNX Runtime.</summary>
internal sealed class PeersCommand : Command
{
    private const int MaxBatch = 65_536, MaxRounds = 1_000_000;

    private readonly Option<string?> _model = new("--model") { HelpName = "FILE", Description = "A weight file; default: models/resnet18-leaf.safetensors of the repository." };
    private readonly Option<string?> _architecture = ValueOptions.Choice("--architecture", $"In place of a file, a published architecture with weights by formula: {string.Join(", ", ResNet.Names)}.", [.. ResNet.Names]);
    private readonly Option<Counts> _batches = Counts.Option("--batches", "Images in a batch.", MaxBatch, 1, 8);
    private readonly Option<Counts> _sizes = Counts.Option("--sizes", "Rows and columns of an image.", Preprocessing.MaxSide, 224);
    private readonly Option<Counts> _threads = Counts.Option("--threads", "Threads that compute.", CpuOptions.MaxThreads, 1, 2);
    private readonly Option<string?> _width = ValueOptions.Choice("--width", "Bits of CudaNet's vectors; default: the machine's widest.", "128", "256", "512");
    private readonly Option<int> _rounds = ValueOptions.Count("--rounds", 12, MaxRounds, "Rounds in which both run, in alternation.");
    private readonly Option<bool> _noWrite = new("--no-write") { Description = "Leave this machine's results as they are." };

    public PeersCommand(IReadOnlyList<string> arguments)
        : base("peers", "Runs CudaNet and ONNX Runtime on the same weights and images, into peers.md of this machine's results.")
    {
        _architecture.HelpName = "NAME";
        Add(_model);
        Add(_architecture);
        Add(_batches);
        Add(_sizes);
        Add(_threads);
        Add(_width);
        Add(_rounds);
        Add(_noWrite);
        Validators.Add(result =>
        {
            if (result.GetValue(_model) is not null && result.GetValue(_architecture) is not null)
            {
                result.AddError("--model and --architecture exclude each other: a file has its own.");
            }
        });
        SetAction(parsed => PeerComparison.Run(new PeerOptions
        {
            Model = parsed.GetValue(_model),
            Architecture = parsed.GetValue(_architecture),
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
