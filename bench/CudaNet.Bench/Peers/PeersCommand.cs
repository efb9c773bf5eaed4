using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary><c>peers</c>: CudaNet against ONNX Runtime.</summary>
internal sealed class PeersCommand : Command
{
    private readonly Option<string?> _model = new("--model") { HelpName = "FILE", Description = "A weight file; default: models/resnet18-leaf.safetensors of the repository." };
    private readonly Option<string?> _architecture = ValueOptions.Choice("--architecture", $"In place of a file, a published architecture with weights by formula: {string.Join(", ", ResNet.Names)}.", [.. ResNet.Names]);

    public PeersCommand(IReadOnlyList<string> arguments)
        : base("peers", "Runs CudaNet and ONNX Runtime on the same weights and images, into peers.md of this machine's results.")
    {
        _architecture.HelpName = "NAME";
        Add(_model);
        Add(_architecture);
        PassArguments passes = new(this, arguments, rounds: 12, "Rounds in which both run, in alternation.", threads: [1, 2]);
        Validators.Add(result =>
        {
            if (result.GetValue(_model) is not null && result.GetValue(_architecture) is not null)
            {
                result.AddError("--model and --architecture exclude each other: a file has its own.");
            }
        });
        SetAction(parsed => PeerComparison.Run(parsed.GetValue(_model), parsed.GetValue(_architecture), passes.Of(parsed)));
    }
}
