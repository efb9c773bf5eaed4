using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary><c>ml-net</c>: CudaNet beside ML.NET's own pipeline.</summary>
internal sealed class MlNetCommand : Command
{
    public MlNetCommand(IReadOnlyList<string> arguments)
        : base("ml-net", "Takes features of photographs with ML.NET's pipeline, ONNX Runtime and CudaNet, on the same files, into ml-net.md of this machine's results. Exit code 1 where features differ.")
    {
        Option<string?> images = new("--images") { HelpName = "FOLDER", Description = "Photographs, each stretched to 224×224 and written as PNG first; default: the repository's samples." };
        Option<int> copies = ValueOptions.Count("--copies", 8, 1000, "Files of each photograph.");
        Option<int> rounds = ValueOptions.Count("--rounds", 10, 10_000, "Runs of each over all files, in alternation.");
        Option<bool> noWrite = new("--no-write") { Description = "Leave this machine's results as they are." };
        Add(images);
        Add(copies);
        Add(rounds);
        Add(noWrite);
        SetAction(parsed => MlNetReport.Write(
            BenchFiles.Require(parsed.GetValue(images) ?? Repository.File("samples"), "Name another folder as --images, or none for the repository's samples."),
            parsed.GetValue(copies),
            parsed.GetValue(rounds),
            parsed.GetValue(noWrite) ? null : "ml-net.md",
            $"dotnet run -c Release --project bench/CudaNet.Bench -- {string.Join(' ', arguments)}"));
    }
}
