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
    [InlineData(Bench, "", "peers", "ml-net", "numerics <FOLDER>", "kernels", "concurrency", "cold-start <FOLDER>", "suites")]
    [InlineData(Bench, "--help", "peers", "ml-net", "numerics <FOLDER>", "kernels", "concurrency", "cold-start <FOLDER>", "suites")]
    [InlineData(Bench, "peers --help", "--model <FILE>", "--architecture <NAME>", "resnet34", "[default: 1,8]", "--sizes", "[default: 224]", "--threads", "[default: 1,2]", "--width <128|256|512>", "[default: 12]", "--no-write")]
    [InlineData(Bench, "ml-net -h", "ml-net.md", "--images <FOLDER>", "--copies <N>", "[default: 8]", "--rounds <N>", "[default: 10]", "--no-write", "Exit code 1")]
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
    [InlineData(Bench, "ml-net --rounds 0", "'0' does not fit --rounds: a number from 1 to 10000")]
    [InlineData(Bench, "ml-net --copies x", "'x' does not fit --copies")]
    [InlineData(Bench, "ml-net samples", "'samples'")]
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
    [InlineData("ml-net --no-write --images no/such", "no/such: there is no such file (Name another folder as --images")]
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

    /// <summary>ML.NET's own pipeline, ONNX Runtime and CudaNet in every way that is measured: the verb ends with 1 beyond its 1e-5. The stretched images are gone afterwards.</summary>
    [Fact]
    public void Features_are_those_of_MLNET()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("images"));
        File.Copy(Repository.File("samples/chelsea.jpg"), folder.File("images/chelsea.jpg"));
        Directory.CreateDirectory(folder.File("temporary"));
        Tool program = ToolProcess.Bash(folder, $"TMPDIR=$PWD/temporary dotnet '{Binary(Bench)}' ml-net --no-write --images images --copies 2 --rounds 1");
        Assert.True(program.Code == ExitCode.Success, $"{program.Code}: {program.Out}{program.Error}");
        Assert.Equal(7, program.Out.Split('\n').Count(l => l.EndsWith(" of the largest |", StringComparison.Ordinal)));
        Assert.Empty(Directory.EnumerateDirectories(folder.File("temporary")));
    }

    [Fact]
    public void Photographs_that_cannot_be_decoded_are_named_and_leave_nothing()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("images"));
        folder.Write("images/broken.jpg", "no JPEG"u8);
        Directory.CreateDirectory(folder.File("temporary"));
        Tool program = ToolProcess.Bash(folder, $"TMPDIR=$PWD/temporary dotnet '{Binary(Bench)}' ml-net --no-write --images images");
        AssertRefuses(program, ExitCode.BadInput, "broken.jpg");
        Assert.Empty(Directory.EnumerateDirectories(folder.File("temporary")));
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
    internal static string Binary(string project)
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
