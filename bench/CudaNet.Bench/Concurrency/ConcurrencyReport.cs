using System.Globalization;
using System.Text;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// What sharing one prepared model costs: as many callers as cores on one session against as many sessions of one thread each; one caller alone against
/// the same beside another. In alternation, round by round, in one process; medians of the rounds' ratios, as Markdown on the console.
/// </summary>
internal static class ConcurrencyReport
{
    private const int Rounds = 9;

    public static void Write()
    {
        using Model model = BenchFiles.OpenModel();
        string path = BenchFiles.Result("concurrency.md");
        StringBuilder text = new();
        int cores = Environment.ProcessorCount;
        Line(text, $"# Several callers, resnet18, fp32, batch 1");
        Line(text, $"");
        Line(text, $"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        Line(text, $"- `dotnet run -c Release --project bench/CudaNet.Bench -- concurrency`");
        Line(text, $"- {Rounds} rounds in alternation in one process; medians of rounds");
        Line(text, $"");
        Line(text, $"| size | {cores} sessions of one thread, runs/s | {cores} callers on one session, runs/s | one session / sessions | p50, p99 alone, ms | p50, p99 beside one other, ms | p99 beside / alone |");
        Line(text, $"|---|---|---|---|---|---|---|");
        foreach (int size in (int[])[224, 128])
        {
            Compare(model, size, cores, text);
        }

        File.WriteAllText(path, text.ToString());
    }

    private static void Compare(Model model, int size, int cores, StringBuilder text)
    {
        TensorShape shape = new(1, 3, size, size);
        Tensor input = PeerComparison.RandomBatch(shape);
        int runs = 40 * 224 * 224 / (size * size);
        InferenceOptions many = new() { MaxConcurrentRuns = cores };
        Session[] apart = [.. Enumerable.Range(0, cores).Select(_ => new Session(model, new CpuBackend(new CpuOptions { Threads = 1 })))];
        using Session one = new(model, new CpuBackend(new CpuOptions { Threads = cores }), many);
        Session[] shared = [.. Enumerable.Repeat(one, cores)];
        one.Prepare(shape, copies: cores);
        List<double> apartRate = [], sharedRate = [], ratios = [], alone = [], beside = [], p99Ratios = [];
        for (int round = 0; round < Rounds; round++)
        {
            apartRate.Add(Callers.Throughput(apart, input, runs));
            sharedRate.Add(Callers.Throughput(shared, input, runs));
            ratios.Add(sharedRate[^1] / apartRate[^1]);
            double[] aloneNow = Callers.Latencies(one, input, 3 * runs, 0), besideNow = Callers.Latencies(one, input, 3 * runs, 1);
            alone.AddRange(aloneNow);
            beside.AddRange(besideNow);
            p99Ratios.Add(Quantile(besideNow, 0.99) / Quantile(aloneNow, 0.99));
        }

        Array.ForEach(apart, s => s.Dispose());
        Line(text, $"| {size}² | {Quantile(apartRate, 0.5):f1} | {Quantile(sharedRate, 0.5):f1} | {Quantile(ratios, 0.5):f3} | {Quantile(alone, 0.5):f2}, {Quantile(alone, 0.99):f2} | {Quantile(beside, 0.5):f2}, {Quantile(beside, 0.99):f2} | {Quantile(p99Ratios, 0.5):f2} |");
    }

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    private static void Line(StringBuilder text, FormattableString line)
    {
        string written = line.ToString(CultureInfo.InvariantCulture);
        text.Append(written).Append('\n');
        Console.WriteLine(written);
    }
}
