using System.CommandLine;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary><c>steps</c>: where the time of a pass goes.</summary>
internal sealed class StepsCommand : Command
{
    public StepsCommand(IReadOnlyList<string> arguments)
        : base("steps", "Times every step of a pass, with the algorithms that are chosen and with direct sums, into steps.md of this machine's results.")
    {
        ModelArguments models = new(this);
        PassArguments passes = new(this, arguments, rounds: 30, "Passes of each.", threads: 1);
        SetAction(parsed =>
        {
            using Model model = models.Open(parsed);
            StepsReport.Write(model, passes.Of(parsed));
        });
    }
}
