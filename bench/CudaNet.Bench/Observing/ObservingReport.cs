using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// What observing costs on a CPU: passes without observers, with one of the features and with one of every layer, all of which do nothing. In
/// alternation, pass by pass, in one process, as Markdown on the console and in the results.
/// </summary>
internal static class ObservingReport
{
    private const int Rounds = 60;

    public static void Write()
    {
        using Model model = BenchFiles.OpenModel();
        ReportText text = new("observing.md");
        text.Line($"# Observing on a CPU, resnet18, fp32");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        text.Line($"- `dotnet run -c Release --project bench/CudaNet.Bench -- observing`");
        text.Line($"- passes in alternation in one process, {Rounds} rounds a batch of 1, {Rounds / 4} a batch of 8; observers do nothing; beyond: than the pass without observers of the same round, the median of the rounds");
        text.Line($"");
        text.Line($"| batch | threads | observed | median, ms | fastest, ms | beyond, ms | fastest beyond fastest, ms | beyond, % |");
        text.Line($"|---|---|---|---|---|---|---|---|");
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            foreach (int batch in (int[])[1, 8])
            {
                Compare(model, batch, threads, text);
            }
        }

        text.Save();
    }

    private static void Compare(Model model, int batch, int threads, ReportText text)
    {
        Tensor input = PeerComparison.RandomBatch(new TensorShape(batch, 3, 224, 224));
        (string Name, IEnumerable<LayerNode> Layers)[] kinds = [("nothing", []), ("global_pool", [model.Graph.Find("global_pool")]), ("all layers", model.Graph.Layers)];
        Session[] sessions = [.. kinds.Select(_ => new Session(model, new CpuBackend(new CpuOptions { Threads = threads })))];
        float[] output = new float[sessions[0].OutputShape(input.Shape).ElementCount];
        float seen = 0;
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            foreach (LayerNode node in kinds[kind].Layers)
            {
                sessions[kind].Observe(node.Name, (in Observation o) => seen = o.Values[0]);
            }

            sessions[kind].Run(input, output);
        }

        int rounds = batch == 1 ? Rounds : Rounds / 4;
        double[][] times = [.. kinds.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                long began = Stopwatch.GetTimestamp();
                sessions[kind].Run(input, output);
                times[kind][round] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }

        Array.ForEach(sessions, s => s.Dispose());
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            double beyond = Quantiles.Of(times[kind].Zip(times[0], (observed, alone) => observed - alone), 0.5);
            double median = Quantiles.Of(times[0], 0.5);
            text.Line($"| {batch} | {threads} | {kinds[kind].Name} | {Quantiles.Of(times[kind], 0.5):f2} | {times[kind].Min():f2} | {beyond:f2} | {times[kind].Min() - times[0].Min():f2} | {100 * beyond / median:f1} |");
        }
    }
}
