using System.Diagnostics;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>The system's Python with NumPy, an independent reader. A test that needs it skips with the reason where it is absent.</summary>
internal static class Python
{
    private const string Interpreter = "/usr/bin/python3";

    private static readonly Lazy<string?> Missing = new(() =>
        !File.Exists(Interpreter) ? $"needs {Interpreter}" : Start("import numpy").Error is { Length: > 0 } error ? $"needs NumPy: {error}" : null);

    /// <summary>Skips the calling test where a module beside NumPy cannot be imported.</summary>
    public static void Require(params string[] modules)
    {
        string? missing = Missing.Value;
        if (missing is null && Start($"import {string.Join(", ", modules)}").Error is { Length: > 0 } error)
        {
            missing = $"needs {string.Join(", ", modules)} for {Interpreter}: {error}";
        }

        if (missing is not null)
        {
            Assert.Skip(missing);
        }
    }

    /// <summary>Runs a script with arguments and returns what it printed; fails the test with its error.</summary>
    public static string Run(string script, params string[] arguments)
    {
        if (Missing.Value is { } reason)
        {
            Assert.Skip(reason);
        }

        (string output, string error) = Start(script, arguments);
        Assert.True(error.Length == 0, error);
        return output;
    }

    private static (string Output, string Error) Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new(Interpreter, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, process.ExitCode == 0 ? "" : error.Result);
    }
}
