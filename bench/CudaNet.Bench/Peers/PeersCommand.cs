using System.CommandLine;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary><c>peers</c>: CudaNet against ONNX Runtime.</summary>
internal sealed class PeersCommand : Command
{
    public PeersCommand(IReadOnlyList<string> arguments)
        : base("peers", "Runs CudaNet and ONNX Runtime on the same weights and images, into peers.md of this machine's results.")
    {
        ModelArguments models = new(this);
        PassArguments passes = new(this, arguments, rounds: 12, "Rounds in which both run, in alternation.", threads: [1, 2]);
        SetAction(parsed =>
        {
            string peer = OnnxRuntimeContender.FindVersion();
            using Model model = models.Open(parsed);
            PeerComparison.Run(peer, model, passes.Of(parsed));
        });
    }
}
