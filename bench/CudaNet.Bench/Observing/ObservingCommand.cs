using System.CommandLine;

namespace CudaNet.Bench;

/// <summary><c>observing</c>: what observing layers costs.</summary>
internal sealed class ObservingCommand : Command
{
    public ObservingCommand(IReadOnlyList<string> arguments)
        : base("observing", "Measures what observing layers costs on this machine's CPU, into observing.md of its results.")
    {
        int[] threads = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        PassArguments passes = new(this, arguments, rounds: 60, "Rounds in which all run, in alternation; larger batches have fewer: twice as many, divided by the images.", threads);
        SetAction(parsed => ObservingReport.Write(passes.Of(parsed)));
    }
}
