using System.Diagnostics;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>The tool as a process that is asked to end.</summary>
public sealed class SignalTests
{
    /// <summary>The tool writes more than a pipe holds and nobody reads on: it cannot look at the first signal any more.</summary>
    [Theory]
    [InlineData("-TERM", ExitCode.Terminated)]
    [InlineData("-INT", ExitCode.Cancelled)]
    public async Task Work_that_is_blocked_ends_with_the_second_signal(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "cudanet.dll"), "layers", "resnet152", "--json"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        int sent = 0;
        for (; !process.HasExited && sent < 10; sent++)
        {
            using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.WaitForExit(TimeSpan.FromSeconds(2));
        }

        bool ended = process.HasExited;
        process.Kill();
        Assert.True(ended, $"runs on after {sent} signals");
        Assert.InRange(sent, 2, 10);
        Assert.Equal(code, process.ExitCode);
    }
}
