using System.Diagnostics;
using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// CudaNet and ONNX Runtime on the same weights and the same batch, in one process, in alternation, after two seconds of warming up: in each round each engine runs once unmeasured and then
/// a few times measured. Medians, their ratio, and how far times lie apart; the logits are compared first.
/// </summary>
internal static class PeerComparison
{
    private const int RunsPerRound = 5;

    /// <summary>Before anything is measured, both run in alternation for so long: until then the runtime compiles methods again, on a core that a pass would have had.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(2);

    /// <param name="peer">ONNX Runtime's version.</param>
    /// <param name="model">Whose passes.</param>
    /// <param name="options">The passes.</param>
    public static void Run(string peer, Model model, PassOptions options)
    {
        options.Check(model);
        ReportText text = new(options.Write ? "peers.md" : null);
        text.Line($"# CudaNet against ONNX Runtime, {model.Metadata.Architecture}, fp32");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {RuntimeInformation.OSDescription}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        text.Line($"- CudaNet at {(int)SimdSupport.Resolve(options.Width)} bits on {RuntimeInformation.FrameworkDescription}; ONNX Runtime {peer}, CPU provider, all optimisations");
        text.Line($"- `{options.Command}`");
        text.Line($"- medians of {options.Rounds * RunsPerRound} runs each (the fastest; a tenth is below, a tenth above), in alternation in one process, after {WarmUpTime.TotalSeconds} s of both unmeasured; a ratio above 1 means that CudaNet is faster");
        text.Line($"");
        text.Line($"| batch × size | threads | CudaNet, ms (fastest; 10 %, 90 %) | ONNX Runtime, ms (fastest; 10 %, 90 %) | ONNX Runtime / CudaNet (of the fastest) | largest difference of logits |");
        text.Line($"|---|---|---|---|---|---|");
        foreach (int size in options.Sizes)
        {
            foreach (int batch in options.Batches)
            {
                foreach (int threads in options.Threads)
                {
                    text.Line(Compare(model, options, batch, size, threads));
                }
            }
        }

        text.Save();
    }

    private static FormattableString Compare(Model model, PassOptions options, int batch, int size, int threads)
    {
        Tensor input = RandomBatch(new TensorShape(batch, model.Graph.InputChannels, size, size));
        using CudaNetContender ours = new(model, input, options.Cpu(threads));
        using OnnxRuntimeContender theirs = new(model, input, threads);
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < WarmUpTime;)
        {
            ours.Run();
            theirs.Run();
        }

        double difference = LargestDifference(Vector(ours.Logits), Vector(theirs.Logits));
        List<double> ourTimes = [], theirTimes = [];
        for (int round = 0; round < options.Rounds; round++)
        {
            Measure(ours, ourTimes);
            Measure(theirs, theirTimes);
        }

        double ratio = Quantiles.Median(theirTimes) / Quantiles.Median(ourTimes);
        return $"| {batch} × {size}² | {threads} | {Times(ourTimes)} | {Times(theirTimes)} | {ratio:f2} ({theirTimes.Min() / ourTimes.Min():f2}) | {difference:0.0e0} of the largest |";
    }

    private static string Times(List<double> times) =>
        FormattableString.Invariant($"{Quantiles.Median(times):f2} ({times.Min():f2}; {Quantiles.Of(times, 0.1):f2}, {Quantiles.Of(times, 0.9):f2})");

    private static void Measure(IContender contender, List<double> times)
    {
        contender.Run();
        for (int i = 0; i < RunsPerRound; i++)
        {
            long start = Stopwatch.GetTimestamp();
            contender.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    internal static Tensor RandomBatch(TensorShape shape)
    {
        Random random = new(1);
        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (4 * random.NextSingle()) - 2;
        }

        return new Tensor(shape, values);
    }

    private static double LargestDifference(Tensor actual, Tensor expected)
    {
        TensorComparison comparison = TensorComparison.Compare(actual, expected, Tolerance.For("cpu"));
        return comparison.Passed
            ? comparison.MaxErrorOfLargest
            : throw new CudaNetException($"the engines do not run the same network: logits {comparison}");
    }

    private static Tensor Vector(ReadOnlySpan<float> values) => new(new TensorShape(values.Length), values.ToArray());
}
