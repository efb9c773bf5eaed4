using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// What sharing one prepared model costs: as many callers as cores on one session against as many sessions of one thread each, and against one caller of
/// all cores; one caller alone against the same beside another, and beside another program. In alternation, round by round, in one process; medians of the rounds' ratios, as Markdown.
/// </summary>
internal static class ConcurrencyReport
{
    public static void Write(int rounds)
    {
        using Model model = BenchFiles.OpenModel();
        ReportText text = new("concurrency.md");
        int cores = Environment.ProcessorCount;
        text.Line($"# Several callers, resnet18, fp32, batch 1");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        text.Line($"- `dotnet run -c Release --project bench/CudaNet.Bench -- concurrency --rounds {rounds}`");
        text.Line($"- {rounds} rounds in alternation in one process; medians of rounds");
        text.Line($"");
        text.Line($"| size | {cores} sessions of one thread, runs/s | {cores} callers on one session, runs/s | one session / sessions | one session / one caller | p50, p99 alone, ms | p50, p99 beside one other, ms | p99 beside / alone |");
        text.Line($"|---|---|---|---|---|---|---|---|");
        foreach (int size in (int[])[224, 128])
        {
            Compare(model, size, cores, rounds, text);
        }

        NeighbourReport.Write(model, rounds, text);
        text.Save();
    }

    private static void Compare(Model model, int size, int cores, int rounds, ReportText text)
    {
        TensorShape shape = new(1, 3, size, size);
        Tensor input = PeerComparison.RandomBatch(shape);
        int runs = 40 * 224 * 224 / (size * size);
        InferenceOptions many = new() { MaxConcurrentRuns = cores };
        Session[] apart = [.. Enumerable.Range(0, cores).Select(_ => new Session(model, new CpuBackend(new CpuOptions { Threads = 1 })))];
        using Session one = new(model, new CpuBackend(new CpuOptions { Threads = cores }), many);
        Session[] shared = [.. Enumerable.Repeat(one, cores)];
        one.Prepare(shape, copies: cores);
        List<double> apartRate = [], sharedRate = [], ratios = [], callerRatios = [], alone = [], beside = [], p99Ratios = [];
        for (int round = 0; round < rounds; round++)
        {
            apartRate.Add(Callers.Throughput(apart, input, runs));
            sharedRate.Add(Callers.Throughput(shared, input, runs));
            ratios.Add(sharedRate[^1] / apartRate[^1]);
            double[] aloneNow = Callers.Latencies(one, input, 3 * runs, 0), besideNow = Callers.Latencies(one, input, 3 * runs, 1);
            callerRatios.Add(sharedRate[^1] * aloneNow.Average() / 1000);
            alone.AddRange(aloneNow);
            beside.AddRange(besideNow);
            p99Ratios.Add(Quantiles.Of(besideNow, 0.99) / Quantiles.Of(aloneNow, 0.99));
        }

        Array.ForEach(apart, s => s.Dispose());
        text.Line($"| {size}² | {Quantiles.Of(apartRate, 0.5):f1} | {Quantiles.Of(sharedRate, 0.5):f1} | {Quantiles.Of(ratios, 0.5):f3} | {Quantiles.Of(callerRatios, 0.5):f3} | {Quantiles.Of(alone, 0.5):f2}, {Quantiles.Of(alone, 0.99):f2} | {Quantiles.Of(beside, 0.5):f2}, {Quantiles.Of(beside, 0.99):f2} | {Quantiles.Of(p99Ratios, 0.5):f2} |");
    }
}
