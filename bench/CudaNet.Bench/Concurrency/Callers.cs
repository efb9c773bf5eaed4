using System.Diagnostics;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>Threads that run one input again and again, each on a session of its own or all on one.</summary>
internal static class Callers
{
    /// <summary>Runs a second of all callers together, each making <paramref name="runs"/> of them.</summary>
    public static double Throughput(IReadOnlyList<Session> sessions, Tensor input, int runs)
    {
        using Barrier start = new(sessions.Count + 1);
        Thread[] threads = [.. sessions.Select(session => new Thread(() =>
        {
            float[] output = new float[session.OutputShape(input.Shape).ElementCount];
            session.Run(input, output);
            start.SignalAndWait();
            for (int run = 0; run < runs; run++)
            {
                session.Run(input, output);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        start.SignalAndWait();
        long began = Stopwatch.GetTimestamp();
        Array.ForEach(threads, t => t.Join());
        return sessions.Count * runs / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Milliseconds of each of <paramref name="runs"/> runs of the calling thread, while <paramref name="neighbours"/> others run without a pause.</summary>
    public static double[] Latencies(Session session, Tensor input, int runs, int neighbours)
    {
        using CancellationTokenSource end = new();
        using Barrier start = new(neighbours + 1);
        Thread[] threads = [.. Enumerable.Range(0, neighbours).Select(_ => new Thread(() =>
        {
            float[] output = new float[session.OutputShape(input.Shape).ElementCount];
            start.SignalAndWait();
            while (!end.IsCancellationRequested)
            {
                session.Run(input, output);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        start.SignalAndWait();
        float[] logits = new float[session.OutputShape(input.Shape).ElementCount];
        session.Run(input, logits);
        double[] times = new double[runs];
        for (int run = 0; run < runs; run++)
        {
            long began = Stopwatch.GetTimestamp();
            session.Run(input, logits);
            times[run] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        end.Cancel();
        Array.ForEach(threads, t => t.Join());
        return times;
    }
}
