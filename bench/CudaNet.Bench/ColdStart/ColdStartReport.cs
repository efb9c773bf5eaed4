using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>
/// From the start of a process to its first prediction: the same program on CudaNet and on ONNX Runtime, and the tool's <c>classify</c>, as whole processes
/// in alternation.
/// </summary>
internal static class ColdStartReport
{
    private const int Side = 128;

    /// <param name="folder">Where <c>bench/cold-start</c> published the programs; the model and the input for them are written there.</param>
    /// <param name="rounds">Runs of each.</param>
    public static void Write(string folder, int rounds)
    {
        BenchFiles.Require(folder, "bench/cold-start publishes the programs into one.");
        ReportText text = new("cold-start.md");
        string load = Device.Load, peer = OnnxRuntimeContender.FindVersion();
        (StartedProgram[] programs, StartedProgram[] tools) = Prepare(folder);
        Check(programs);
        Check(tools);
        for (int round = 0; round < rounds; round++)
        {
            foreach (StartedProgram program in programs)
            {
                program.Run();
                program.RunWithMarks();
            }

            Array.ForEach(tools, t => t.Run());
        }

        text.Line($"# From the start of a process to its first prediction, resnet18, fp32, 1 × {Side}²");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {RuntimeInformation.OSDescription}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {load}");
        text.Line($"- {RuntimeInformation.FrameworkDescription}; ONNX Runtime {peer} as it is by default");
        text.Line($"- `bench/cold-start --rounds {rounds}`");
        text.Line($"- {rounds} whole processes of each, in alternation, the files in memory; milliseconds, medians and fastest");
        text.Line($"- each opens the model, reads one image as fp32 values, predicts and prints the top class. CudaNet's model is stored as fp16 (22 MB), ONNX Runtime's as fp32");
        text.Line($"");
        StartedProgram first = programs.First(p => p.Name.StartsWith("ONNX", StringComparison.Ordinal));
        text.Line($"| program | median | fastest | {first.Name} / this, of medians (of the fastest) |");
        text.Line($"|---|---|---|---|");
        foreach (StartedProgram program in programs.Concat(tools))
        {
            text.Line($"| {program.Name} | {Quantiles.Median(program.Times):f0} | {program.Times.Min():f0} | {Quantiles.Median(first.Times) / Quantiles.Median(program.Times):f2} ({first.Times.Min() / program.Times.Min():f2}) |");
        }

        text.Line($"");
        text.Line($"Where it goes: medians (fastest) of as many processes with `--marks`. The time after the last mark is the end of the process; _another size_ comes after");
        text.Line($"the prediction: what the first use of images of 160² costs, without its pass.");
        text.Line($"");
        foreach (StartedProgram program in programs)
        {
            text.Line($"- {program.Name}: {string.Join(", ", program.Marks.Select(m => FormattableString.Invariant($"{m.Key} {Quantiles.Median(m.Value):f1} ({m.Value.Min():f1})")))}");
        }

        text.Save();
    }

    /// <summary>Writes the files that they read.</summary>
    private static (StartedProgram[] Programs, StartedProgram[] Tools) Prepare(string folder)
    {
        using Model model = BenchFiles.OpenModel();
        TensorShape shape = new(1, 3, Side, Side);
        string input = Path.Combine(folder, "input.f32"), onnx = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(input, MemoryMarshal.AsBytes(PeerComparison.RandomBatch(shape).Values));
        OnnxExport.Write(model, onnx, OnnxRuntimeContender.FixedTo(shape));
        string photograph = BenchFiles.Require(Tests.Support.Repository.File("samples/chelsea.jpg"), "The repository has it: check it out again.");
        string Ours(string build) => Path.Combine(folder, build, "CudaNet.ColdStart");
        string Peer(string build) => Path.Combine(folder, build, "CudaNet.ColdStart.Peer");
        StartedProgram Tool(string name, string build) => new(name, Path.Combine(folder, build, "cudanet"), "classify", BenchFiles.ModelPath, photograph);
        return
        (
            [
                new("ONNX Runtime, JIT", Peer("peer-jit"), onnx, input),
                new("ONNX Runtime, NativeAOT", Peer("peer-aot"), onnx, input),
                new("CudaNet, NativeAOT", Ours("cudanet-aot"), BenchFiles.ModelPath, input),
                new("CudaNet, JIT", Ours("cudanet-jit"), BenchFiles.ModelPath, input),
                new("CudaNet, JIT with ReadyToRun", Ours("cudanet-r2r"), BenchFiles.ModelPath, input),
            ],
            [Tool("`cudanet classify` of a photograph, NativeAOT", "tool-aot"), Tool("`cudanet classify` of a photograph, JIT", "tool-jit")]
        );
    }

    /// <summary>All answer alike; and the files are in memory afterwards.</summary>
    private static void Check(StartedProgram[] programs)
    {
        string[] answers = [.. programs.Select(p => p.Run())];
        Array.ForEach(programs, p => p.Times.Clear());
        if (answers.Distinct().Count() != 1)
        {
            throw new CudaNetException($"the programs do not answer alike: {string.Join("; ", programs.Zip(answers, (p, a) => $"{p.Name}: {a}"))}");
        }
    }
}
