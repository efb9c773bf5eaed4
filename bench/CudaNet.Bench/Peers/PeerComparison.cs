using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>
/// CudaNet and ONNX Runtime on the same weights and the same batch, in one process, in alternation: in each round each engine runs once unmeasured and then
/// a few times measured. Medians and their ratio; the logits are compared first.
/// </summary>
internal static class PeerComparison
{
    private const int RunsPerRound = 5;

    public static void Run(PeerOptions options)
    {
        string peer = OnnxRuntimeContender.FindVersion();
        using Model model = options.Model is { } named ? ModelFile.Open(BenchFiles.Require(named, "Name another --model, or none for the repository's.")) : BenchFiles.OpenModel();
        Check(model, options);
        string? path = options.Write ? BenchFiles.Result("peers.md") : null;
        string load = Device.Load;
        StringBuilder table = new();
        Emit(table, $"| batch × size | threads | CudaNet, ms (fastest) | ONNX Runtime, ms (fastest) | ONNX Runtime / CudaNet (of the fastest) | largest difference of logits |");
        Emit(table, $"|---|---|---|---|---|---|");
        foreach (int size in options.Sizes)
        {
            foreach (int batch in options.Batches)
            {
                foreach (int threads in options.Threads)
                {
                    Emit(table, Compare(model, options, batch, size, threads));
                }
            }
        }

        if (path is not null)
        {
            Save(path, model, options, peer, load, table.ToString());
        }
    }

    /// <summary>What would fail only after others have run.</summary>
    private static void Check(Model model, PeerOptions options)
    {
        _ = SimdSupport.Resolve(options.Width);
        foreach (TensorShape input in options.Batches.SelectMany(b => options.Sizes.Select(s => new TensorShape(b, model.Graph.InputChannels, s, s))))
        {
            _ = model.Graph.InferShapes(input);
            if (input.ElementCount > Array.MaxLength)
            {
                throw new UsageException($"a batch of {input} is too large: it must have at most {Array.MaxLength} values; take fewer --batches or smaller --sizes");
            }
        }
    }

    private static FormattableString Compare(Model model, PeerOptions options, int batch, int size, int threads)
    {
        Tensor input = RandomBatch(new TensorShape(batch, model.Graph.InputChannels, size, size));
        using CudaNetContender ours = new(model, input, new CpuOptions { Threads = threads, SimdWidth = options.Width });
        using OnnxRuntimeContender theirs = new(model, input, threads);
        ours.Run();
        theirs.Run();
        double difference = LargestDifference(Vector(ours.Logits), Vector(theirs.Logits));
        List<double> ourTimes = [], theirTimes = [];
        for (int round = 0; round < options.Rounds; round++)
        {
            Measure(ours, ourTimes);
            Measure(theirs, theirTimes);
        }

        (double our, double their) = (Median(ourTimes), Median(theirTimes));
        (double ourBest, double theirBest) = (ourTimes.Min(), theirTimes.Min());
        return $"| {batch} × {size}² | {threads} | {our:f2} ({ourBest:f2}) | {their:f2} ({theirBest:f2}) | {their / our:f2} ({theirBest / ourBest:f2}) | {difference:0.0e0} of the largest |";
    }

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

    private static double Median(List<double> times)
    {
        times.Sort();
        return (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }

    private static void Emit(StringBuilder table, FormattableString line)
    {
        string text = line.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        table.Append(text).Append('\n');
    }

    private static void Save(string path, Model model, PeerOptions options, string peer, string load, string table)
    {
        File.WriteAllText(path, $"""
            # CudaNet against ONNX Runtime, {model.Metadata.Architecture}, fp32

            - {Device.Cpu}; {RuntimeInformation.OSDescription}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {load}
            - CudaNet at {(int)SimdSupport.Resolve(options.Width)} bits on {RuntimeInformation.FrameworkDescription}; ONNX Runtime {peer}, CPU provider, all optimisations
            - `{options.Command}`
            - medians of {options.Rounds * RunsPerRound} runs each, in alternation in one process; a ratio above 1 means that CudaNet is faster

            {table}
            """);
        Console.WriteLine($"written to {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}");
    }
}
