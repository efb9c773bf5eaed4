using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>A pass of all cores beside a program that keeps one of them busy, and what prepared models cost while nobody runs them.</summary>
internal static class NeighbourReport
{
    private const int PassesPerRound = 20;

    public static void Write(Model model, int rounds, ReportText text)
    {
        TensorShape shape = new(1, 3, 224, 224);
        Tensor input = PeerComparison.RandomBatch(shape);
        int cores = Environment.ProcessorCount;
        text.Line($"");
        text.Line($"## Beside a busy program, and idle");
        text.Line($"");
        text.Line($"| {cores} threads, 224² | median alone, ms | median beside, ms | beside / alone, median of {rounds} rounds |");
        text.Line($"|---|---|---|---|");
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = cores }));
        Callers.Latencies(session, input, PassesPerRound, 0);
        foreach (bool isPinned in (bool[])[true, false])
        {
            List<double> alone = [], beside = [];
            for (int round = 0; round < rounds; round++)
            {
                alone.Add(Quantiles.Of(Callers.Latencies(session, input, PassesPerRound, 0), 0.5));
                using Process busy = Start(isPinned ? cores - 1 : null);
                try
                {
                    beside.Add(Quantiles.Of(Callers.Latencies(session, input, PassesPerRound, 0), 0.5));
                }
                finally
                {
                    busy.Kill();
                    busy.WaitForExit();
                }
            }

            double ratio = Quantiles.Of(beside.Zip(alone, (b, a) => b / a), 0.5);
            text.Line($"| {(isPinned ? "a program on the last core" : "a program on any core")} | {Quantiles.Of(alone, 0.5):f2} | {Quantiles.Of(beside, 0.5):f2} | {ratio:f2} |");
        }

        text.Line($"");
        text.Line($"| prepared sessions of {cores} threads that ran | processor time in the 20 seconds after the next, ms a second |");
        text.Line($"|---|---|");
        foreach (int count in (int[])[1, 8])
        {
            Session[] sessions = [.. Enumerable.Range(0, count).Select(_ => new Session(model, new CpuBackend(new CpuOptions { Threads = cores })))];
            Array.ForEach(sessions, s => Callers.Latencies(s, input, 3, 0));
            Thread.Sleep(1000);
            text.Line($"| {count} | {IdleMilliseconds(20):f2} |");
            Array.ForEach(sessions, s => s.Dispose());
        }
    }

    private static double IdleMilliseconds(int seconds)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        Thread.Sleep(1000 * seconds);
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds / seconds;
    }

    /// <summary>A shell that does nothing, without a pause.</summary>
    private static Process Start(int? core)
    {
        string[] loop = ["sh", "-c", "while :; do :; done"];
        string[] command = core is { } number ? ["taskset", "-c", $"{number}", .. loop] : loop;
        return Process.Start(command[0], command[1..]);
    }
}
