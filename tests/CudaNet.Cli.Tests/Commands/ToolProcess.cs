using System.Diagnostics;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>The tool as a process, with streams, limits and signals as a shell gives them.</summary>
internal static class ToolProcess
{
    /// <summary>The tool's file, which <c>dotnet</c> runs.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "cudanet.dll");

    /// <summary>Runs lines of bash in a folder, where <c>tool</c> is the tool; skips the calling test where there is no Linux.</summary>
    public static Tool Bash(TemporaryFolder folder, string script, string? tool = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux and bash");
        string start = $"set -o pipefail\ntool() {{ dotnet '{tool ?? Path}' \"$@\"; }}\n";
        ProcessStartInfo info = new("bash", ["-c", start + script]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(info)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Tool(process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts the tool with its streams closed up, and gives it a signal once <paramref name="isTime"/>.</summary>
    public static async Task<int> Signal(TemporaryFolder folder, string signal, Func<bool> isTime, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path, .. arguments]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        while (!process.HasExited && !isTime())
        {
            await Task.Delay(5);
        }

        using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
