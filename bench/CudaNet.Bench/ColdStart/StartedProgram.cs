using System.Diagnostics;
using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>A program that predicts once, started again and again: whole processes, and what each of its marks took.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="File">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record StartedProgram(string Name, string File, params string[] Arguments)
{
    private readonly Dictionary<string, List<double>> _marks = [];

    /// <summary>Milliseconds of whole processes.</summary>
    public List<double> Times { get; } = [];

    /// <summary>Milliseconds to each mark from the one before it, in the order of the program.</summary>
    public IReadOnlyDictionary<string, List<double>> Marks => _marks;

    /// <summary>Runs it once, measured from before its start to after its end; the first line that it printed.</summary>
    public string Run() => Run([], Times.Add);

    /// <summary>Runs it once with its marks, which are on the clock of <see cref="Stopwatch"/>.</summary>
    public void RunWithMarks()
    {
        long previous = Stopwatch.GetTimestamp();
        foreach (string[] mark in Run(["--marks"], _ => { }).Split('\n').Select(l => l.Split('\t')).Where(m => m.Length == 2))
        {
            long now = long.Parse(mark[1], CultureInfo.InvariantCulture);
            if (!_marks.TryGetValue(mark[0], out List<double>? times))
            {
                _marks.Add(mark[0], times = []);
            }

            times.Add(Stopwatch.GetElapsedTime(previous, now).TotalMilliseconds);
            previous = now;
        }
    }

    private string Run(string[] more, Action<double> took)
    {
        ProcessStartInfo start = new(BenchFiles.Require(File, "bench/cold-start publishes it."), [.. Arguments, .. more]) { RedirectStandardOutput = true, RedirectStandardError = true };
        long before = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        took(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        return process.ExitCode == 0 ? printed.Trim() : throw new CudaNetException($"{Name} ended with exit code {process.ExitCode}: {process.StandardError.ReadToEnd().Trim()}");
    }
}
