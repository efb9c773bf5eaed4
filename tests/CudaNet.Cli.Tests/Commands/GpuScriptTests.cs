using System.Diagnostics;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>bench/gpu.sh</c> with a tool that only says how it was called; <c>.ci/gpu-script</c> runs the true one on the emulated device.</summary>
public sealed class GpuScriptTests : IDisposable
{
    private const string Doctor = "doctor) [ \"$2\" = --json ] || printf 'CUDA device 2           Some GPU, GPU-0\\nCUDA device 2 computes  fp32, fp16\\n' ;;";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_device_it_keeps_what_the_tool_says_and_its_exit_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        Install("selftest) echo {} >\"${@: -1}\"; exit 3 ;;");
        (int code, string output) = await Run("2");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("selftest --backend cuda:2 --times --model", output, StringComparison.Ordinal);
        Assert.All(File.ReadLines(_folder.File("results/selftest.txt")), l => Assert.Contains(" in /opt/named", l, StringComparison.Ordinal));
        Assert.Equal(["doctor.json", "doctor.txt", "selftest.json", "selftest.txt"], Directory.GetFiles(_folder.File("results")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_row_that_fails_is_told_the_others_run_and_the_next_start_runs_it_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        const string SelfTest = "selftest) echo {} >\"${@: -1}\" ;;", Report = "profile-report) [ -z \"$(ls \"$2/rows\" | grep error)\" ] ;;";
        Install(Doctor, SelfTest, "profile) case \"$*\" in *fp16*all*) echo 'error: no memory' >&2; exit 3 ;; *) echo {} >\"${@: -1}\" ;; esac ;;", Report);
        (int code, string output) = await Run("2", "--quick");
        Assert.Equal(ExitCode.BeyondTolerance, code);
        Assert.Contains("row fp16-batch1-128-all: failed with exit code 3: error: no memory\n", output, StringComparison.Ordinal);
        Assert.Contains("\nrows: 10 ran, 0 skipped as done before, 1 failed\n", output, StringComparison.Ordinal);
        Install(Doctor, SelfTest, "profile) echo {} >\"${@: -1}\" ;;", Report);
        (code, output) = await Run("2", "--quick");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("selftest: passed before\n\nrow fp16-batch1-128-all: done\nrows: 1 ran, 10 skipped as done before, 0 failed\n", output, StringComparison.Ordinal);
        Assert.Contains("profile " + _folder.File("resnet18-leaf.safetensors") + " --backend cuda:2 --precision fp32 --batch 1 --input 128x128 --observe none", File.ReadAllText(_folder.File("results/rows/fp32-batch1-128-none.txt")), StringComparison.Ordinal);
        (code, output) = await Run("2", "--quick", "--again");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("rows: 11 ran, 0 skipped as done before, 0 failed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_of_another_device_are_not_added_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        Install(Doctor);
        Assert.Equal(ExitCode.Success, (await Run("2", "--quick")).Code);
        Install(Doctor.Replace("Some GPU", "Another GPU", StringComparison.Ordinal));
        (int code, string output) = await Run("2", "--quick");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("are of another device, driver, cuDNN or tool: --again removes them", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--quik")]
    [InlineData("")]
    [InlineData("publish")]
    public async Task Wrong_arguments_end_with_2(string argument)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        Install();
        Assert.Equal(ExitCode.Usage, (await Run(argument)).Code);
    }

    private void Install(params string[] cases)
    {
        File.Copy(Repository.File("bench/gpu.sh"), _folder.File("gpu.sh"), overwrite: true);
        string profile = cases.Any(c => c.StartsWith("profile)", StringComparison.Ordinal)) ? "" : "profile) echo {} >\"${@: -1}\" ;;";
        File.WriteAllText(_folder.File("cudanet"), $"#!/bin/bash\necho \"$@ in $CUDANET_CUDA_PATH\"\ncase $1 in\n{string.Join('\n', cases)}\n{profile}\nesac\n");
    }

    private async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        ProcessStartInfo start = new("bash", ["-c", "chmod +x \"$0/cudanet\"; exec bash \"$0/gpu.sh\" \"$@\" 2>&1", _folder.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            Environment = { ["CUDANET_CUDA_PATH"] = "/opt/named" },
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
