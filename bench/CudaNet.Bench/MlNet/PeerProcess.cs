using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary><c>bench/CudaNet.MlNet.Peer</c> as a process, told on its stdin what to run; it ends with that.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="program">Its path, <see cref="Find"/>'s.</param>
    /// <param name="images">The folder of its images.</param>
    public PeerProcess(string program, string images)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, images]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _errors = _process.StandardError.ReadToEndAsync();
        try
        {
            Versions = Answer().Split('\t') is [string framework, string featurizer, string onnxRuntime]
                ? (framework, featurizer, onnxRuntime)
                : throw new CudaNetException("the peer says no versions") { File = program, Hint = "Build the program again." };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of ML.NET, its package with the network, and ONNX Runtime.</summary>
    public (string MlNet, string Featurizer, string OnnxRuntime) Versions { get; }

    /// <summary>The program as a build of this one leaves it, in its own project's folder.</summary>
    /// <exception cref="CudaNetException">It is not there.</exception>
    public static string Find()
    {
        // …/bin/CONFIGURATION/FRAMEWORK/, the same for both.
        string[] own = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        return BenchFiles.Require(Repository.File($"bench/CudaNet.MlNet.Peer/bin/{own[0]}/{own[1]}/CudaNet.MlNet.Peer.dll"), "A build of bench/CudaNet.Bench makes it.");
    }

    /// <summary>Writes a line; the line that it answers.</summary>
    /// <exception cref="CudaNetException">It ended.</exception>
    public string Ask(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended: its answer says so.
        }

        return Answer();
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before.
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private string Answer()
    {
        if (_process.StandardOutput.ReadLine() is { } answer)
        {
            return answer;
        }

        _process.WaitForExit();
        throw new CudaNetException($"ML.NET's program ended with exit code {_process.ExitCode}: {_errors.Result.Trim()}");
    }
}
