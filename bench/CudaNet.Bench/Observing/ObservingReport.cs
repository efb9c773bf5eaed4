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
    public static void Write(PassOptions options)
    {
        using Model model = BenchFiles.OpenModel();
        options.Check(model);
        ReportText text = new(options.Write ? "observing.md" : null);
        text.Line($"# Observing on a CPU, resnet18, fp32");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        text.Line($"- `{options.Command}`");
        text.Line($"- {(int)SimdSupport.Resolve(options.Width)} bits; passes in alternation in one process; observers do nothing; beyond: than the pass without observers of the same round, the median of the rounds");
        text.Line($"");
        text.Line($"| input | threads | rounds | observed | median, ms | fastest, ms | beyond, ms | fastest beyond fastest, ms | beyond, % |");
        text.Line($"|---|---|---|---|---|---|---|---|---|");
        foreach (int threads in options.Threads)
        {
            foreach (int size in options.Sizes)
            {
                foreach (int batch in options.Batches)
                {
                    TensorShape input = new(batch, model.Graph.InputChannels, size, size);
                    int rounds = Math.Max(1, 2 * options.Rounds / Math.Max(2, batch));
                    Compare(model, input, options.Cpu(threads), rounds, text);
                }
            }
        }

        text.Save();
    }

    private static void Compare(Model model, TensorShape shape, CpuOptions options, int rounds, ReportText text)
    {
        Tensor input = PeerComparison.RandomBatch(shape);
        (string Name, IEnumerable<LayerNode> Layers)[] kinds = [("nothing", []), ("global_pool", [model.Graph.Find("global_pool")]), ("all layers", model.Graph.Layers)];
        Session[] sessions = [.. kinds.Select(_ => new Session(model, new CpuBackend(options)))];
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
            text.Line($"| {shape} | {options.Threads} | {rounds} | {kinds[kind].Name} | {Quantiles.Of(times[kind], 0.5):f2} | {times[kind].Min():f2} | {beyond:f2} | {times[kind].Min() - times[0].Min():f2} | {100 * beyond / median:f1} |");
        }
    }
}
