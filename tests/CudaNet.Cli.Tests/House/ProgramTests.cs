using System.Diagnostics;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>The programs of <c>bench/</c> and <c>fuzz/</c>, as processes, say what they take and refuse the rest in one line, before anything starts.</summary>
public sealed class ProgramTests
{
    private const string Bench = "bench/CudaNet.Bench", Speed = "bench/CudaNet.InterpreterSpeed", Fuzz = "fuzz/CudaNet.Fuzz";

    [Theory]
    [InlineData(Bench, "", "peers", "numerics <FOLDER>", "kernels", "concurrency", "cold-start <FOLDER>", "suites")]
    [InlineData(Bench, "--help", "peers", "numerics <FOLDER>", "kernels", "concurrency", "cold-start <FOLDER>", "suites")]
    [InlineData(Bench, "peers --help", "--model <FILE>", "--architecture <NAME>", "resnet34", "[default: 1,8]", "--sizes", "[default: 224]", "--threads", "[default: 1,2]", "--width <128|256|512>", "[default: 12]", "--no-write")]
    [InlineData(Bench, "numerics -h", "<FOLDER>", "layers/layers.json")]
    [InlineData(Bench, "kernels -h", "kernel-counters.md")]
    [InlineData(Bench, "concurrency -h", "concurrency.md", "--rounds", "[default: 9]")]
    [InlineData(Bench, "denormals -h", "denormals.md")]
    [InlineData(Bench, "steps -h", "steps.md", "--batches <N,N>", "[default: 30]", "--no-write")]
    [InlineData(Bench, "cold-start -h", "cold-start.md", "--rounds", "[default: 15]")]
    [InlineData(Bench, "suites -h", "--filter <GLOB>", "[default: *]", "--list", "<ARGUMENT>")]
    [InlineData(Bench, "suites -- --help", "--runtimes", "--artifacts")]
    [InlineData(Bench, "suites --list", "CudaNet.Bench.ForwardBenchmarks.Forward")]
    [InlineData(Speed, "--help", "CudaNet.InterpreterSpeed [options]")]
    [InlineData(Fuzz, "--help", "--inputs <N>", "[default: 20000]", "--first <N>", "[default: 0]", "--target <NAME>", "ptx")]
    public void Help_names_what_a_program_takes(string project, string line, params string[] words)
    {
        Tool program = Run(Binary(project), line);
        Assert.Equal((ExitCode.Success, ""), (program.Code, program.Error));
        Assert.All(words, w => Assert.Contains(w, program.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Bench, "peerz", "unknown command peerz, did you mean peers?")]
    [InlineData(Bench, "--fast", "unknown option --fast")]
    [InlineData(Bench, "peers --batchs 1", "unknown option --batchs, did you mean --batches?")]
    [InlineData(Bench, "peers --batches", "--batches")]
    [InlineData(Bench, "peers --batches 1,x", "'1,x' does not fit --batches")]
    [InlineData(Bench, "peers --sizes 0", "'0' does not fit --sizes")]
    [InlineData(Bench, "peers --threads 0", "'0' does not fit --threads: numbers from 1 to 1024")]
    [InlineData(Bench, "peers --threads 99999999999", "'99999999999' does not fit --threads")]
    [InlineData(Bench, "peers --width 100", "'100' does not fit --width: one of 128, 256, 512")]
    [InlineData(Bench, "peers --rounds -1", "'-1' does not fit --rounds")]
    [InlineData(Bench, "peers --architecture resnet9", "'resnet9' does not fit --architecture: one of resnet18, resnet34, resnet50,")]
    [InlineData(Bench, "peers --architecture resnet50 --model a.pth", "--model and --architecture exclude each other")]
    [InlineData(Bench, "peers --batches 65536 --sizes 16384", "65536×3×16384×16384")]
    [InlineData(Bench, "numerics", "numerics")]
    [InlineData(Bench, "numerics --fast", "unknown option --fast")]
    [InlineData(Bench, "numerics a b", "'b'")]
    [InlineData(Bench, "kernels --fast", "unknown option --fast")]
    [InlineData(Bench, "concurrency 3", "'3'")]
    [InlineData(Bench, "suites --job short", "unknown option --job")]
    [InlineData(Bench, "suites short", "'short'")]
    [InlineData(Bench, "suites -- short", "'short'")]
    [InlineData(Bench, "suites -- --jobs short", "Option 'jobs' is unknown")]
    [InlineData(Bench, "suites -- --job no-such", "no-such")]
    [InlineData(Bench, "suites --filter no-such", "no-such")]
    [InlineData(Speed, "--fast", "unknown option --fast")]
    [InlineData(Speed, "fast", "fast")]
    [InlineData(Fuzz, "--inputs", "--inputs")]
    [InlineData(Fuzz, "--inputs 0", "'0' does not fit --inputs")]
    [InlineData(Fuzz, "--first -1", "'-1' does not fit --first")]
    [InlineData(Fuzz, "--target zip", "'zip' does not fit --target: one of Safetensors,")]
    [InlineData(Fuzz, "--targt ptx", "unknown option --targt, did you mean --target?")]
    public void What_a_program_does_not_take_ends_with_2(string project, string line, string words) => AssertRefuses(Run(Binary(project), line), ExitCode.Usage, words);

    [Theory]
    [InlineData("peers --no-write --model no/such.pth", "no/such.pth: there is no such file (Name another --model")]
    [InlineData("cold-start no/such", "no/such: there is no such file (bench/cold-start")]
    [InlineData("numerics no/such", "no/such/layers/layers.json: there is no such file (FOLDER must be")]
    public void A_missing_file_is_named_with_what_to_do(string line, string words) => AssertRefuses(Run(Binary(Bench), line), ExitCode.BadInput, words);

    [Fact]
    public void A_folder_of_reference_numbers_is_whole_or_named()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("layers"));
        folder.Write("layers/layers.json", "{\"photograph\":"u8);
        AssertRefuses(Run(Binary(Bench), $"numerics {folder.Path}"), ExitCode.BadInput, "layers.json: is no JSON");
        folder.Write("layers/layers.json", "{\"photograph\":{}}"u8);
        AssertRefuses(Run(Binary(Bench), $"numerics {folder.Path}"), ExitCode.BadInput, "photograph.safetensors: there is no such file");
    }

    /// <summary>Programs without the folders that a build puts beside them: the fuzzer's corpus, the peer's library.</summary>
    [Theory]
    [InlineData(Fuzz, "--inputs 1", "Safetensors: there is no such folder, or no file in it (A build")]
    [InlineData(Bench, "peers --no-write", "ONNX Runtime's library is not in")]
    public void What_is_missing_beside_a_program_is_named(string project, string line, string words)
    {
        string program = Binary(project);
        using TemporaryFolder folder = new();
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(program)!))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        AssertRefuses(Run(folder.File(Path.GetFileName(program)), line), ExitCode.BadInput, words);
    }

    [Theory]
    [InlineData("bench/gpu.sh", "publish FOLDER")]
    [InlineData("bench/interpreter-speed", "NativeAOT")]
    [InlineData("bench/cold-start", "--rounds N")]
    [InlineData(".ci/platforms", "linux-arm64")]
    public void Scripts_too(string script, string words)
    {
        using TemporaryFolder folder = new();
        Tool help = ToolProcess.Bash(folder, $"'{Repository.File(script)}' --help");
        Assert.Equal((ExitCode.Success, ""), (help.Code, help.Error));
        Assert.Contains(words, help.Out, StringComparison.Ordinal);
        Tool wrong = ToolProcess.Bash(folder, $"'{Repository.File(script)}' --fast");
        Assert.Equal(new Tool(ExitCode.Usage, "", "unknown argument --fast; --help shows what there is\n"), wrong);
    }

    /// <summary>Those that few changes run, too: what a shell cannot read is noticed by the next test, not the next night.</summary>
    [Fact]
    public void Every_script_can_be_read_by_the_shell()
    {
        using TemporaryFolder folder = new();
        string[] scripts = [.. Directory.GetFiles(Repository.File(".ci")), Repository.File("bench/gpu.sh"), Repository.File("bench/interpreter-speed")];
        Assert.Contains(Repository.File(".ci/platforms"), scripts);
        Assert.All(scripts, s => Assert.Equal(new Tool(ExitCode.Success, "", ""), ToolProcess.Bash(folder, $"bash -n '{s}'")));
    }

    private static void AssertRefuses(Tool program, int code, string words)
    {
        Assert.True(program.Code == code, $"{program.Code}: {program.Error}");
        Assert.Empty(program.Out);
        Assert.StartsWith("error: ", Assert.Single(program.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Contains(words, program.Error, StringComparison.Ordinal);
    }

    /// <summary>A program as the solution builds it, which these tests do not build; skips the calling test where it was not built.</summary>
    private static string Binary(string project)
    {
        // …/bin/CONFIGURATION/FRAMEWORK/, the same for every project.
        string[] own = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        string program = Repository.File($"{project}/bin/{own[0]}/{own[1]}/{Path.GetFileName(project)}.dll");
        Assert.SkipUnless(File.Exists(program), $"needs {program}: dotnet build {project} -c {own[0]}");
        return program;
    }

    private static Tool Run(string program, string line)
    {
        using TemporaryFolder folder = new();
        ProcessStartInfo start = new("dotnet", [program, .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        return new Tool(process.ExitCode, output, errors.Result);
    }
}
