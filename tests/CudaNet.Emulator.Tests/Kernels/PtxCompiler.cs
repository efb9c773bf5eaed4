using System.ComponentModel;
using System.Diagnostics;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>The compiler that makes PTX of CUDA C++, where this machine has it.</summary>
internal static class PtxCompiler
{
    /// <summary>Runs a script of the repository that compiles kernels into a folder. Without the compiler the test is skipped, or fails where CUDANET_REQUIRE_CLANG is 1.</summary>
    public static void Run(string script, string folder)
    {
        string compiler = Environment.GetEnvironmentVariable("CUDANET_CLANG") ?? "clang++-19";
        if (!CanRun(compiler))
        {
            string reason = $"needs {compiler}: Debian has it in the package clang-19, or name it in CUDANET_CLANG";
            Assert.False(Environment.GetEnvironmentVariable("CUDANET_REQUIRE_CLANG") == "1", reason);
            Assert.Skip(reason);
        }

        (int code, string errors) = Start("bash", Repository.File(script), folder);
        Assert.True(code == 0, errors);
    }

    private static bool CanRun(string program)
    {
        try
        {
            return Start(program, "--version").Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Errors) Start(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors + output.Result);
    }
}
