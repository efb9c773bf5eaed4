using System.CommandLine;
using System.Runtime;
using System.Runtime.InteropServices;

namespace CudaNet.Cli;

/// <summary><c>cudanet doctor</c>: what this machine can run, and why not more.</summary>
internal sealed class DoctorCommand : CliCommand
{
    public DoctorCommand(CliContext context)
        : base(context, "doctor", "Shows what this machine can run, and why not more.", "cudanet doctor", "cudanet doctor --json") => Add(Json);

    protected override int Execute(ParseResult arguments)
    {
        (string Name, string Value)[] facts =
        [
            ("version", VersionAction.Version),
            ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            ("runtime", $"{RuntimeInformation.FrameworkDescription}, {(JitInfo.GetCompiledMethodCount() > 0 ? "JIT" : "NativeAOT")}"),
            ("cores", $"{Environment.ProcessorCount}"),
            ("memory", Format.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)),
            ("cuda", "not in this version"),
        ];
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => Array.ForEach(facts, f => json.WriteString(f.Name, f.Value)));
        }
        else
        {
            TextTable table = new("what", "here");
            Array.ForEach(facts, f => table.Add(f.Name, f.Value));
            table.Write(Context.Out);
        }

        return ExitCode.Success;
    }
}
