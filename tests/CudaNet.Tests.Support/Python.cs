using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>The system's Python with PyTorch or NumPy, where it has them (Debian: python3-numpy, python3-torch, python3-torchvision).</summary>
public static class Python
{
    private const string Program = "/usr/bin/python3";

    /// <summary>Skips the calling test where a module cannot be imported.</summary>
    public static void Require(params ReadOnlySpan<string> modules)
    {
        string list = string.Join(", ", modules.ToArray());
        (int code, _, string errors) = Start(["-c", $"import {list}"]);
        Assert.SkipWhen(code != 0, $"needs {Program} with {list}: {errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()}");
    }

    /// <summary>What a script under tests/data/scripts prints; fails where it does.</summary>
    public static string Run(string script, params ReadOnlySpan<string> arguments) => Checked([Repository.Data($"scripts/{script}"), .. arguments]);

    /// <summary>What a few lines of code print; fails where they do.</summary>
    public static string Evaluate(string code, params ReadOnlySpan<string> arguments) => Checked(["-c", code, .. arguments]);

    private static string Checked(string[] arguments)
    {
        (int code, string output, string errors) = Start(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private static (int Code, string Output, string Errors) Start(string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (Win32Exception exception)
        {
            return (-1, "", exception.Message);
        }
    }
}
