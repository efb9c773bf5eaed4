using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// Each step of a pass on the CPU: its time by the backend's own choice of algorithm and by direct sums, in alternation, pass by pass; and the least time that
/// the choice's products at the measured peak, or its bytes from memory, could take (the roofline model of Williams, Waterman and Patterson, 2009).
/// </summary>
internal static class StepsReport
{
    public static void Write(Model model, PassOptions options)
    {
        options.Check(model);
        SimdWidth width = SimdSupport.Resolve(options.Width);
        ReportText text = new(options.Write ? "steps.md" : null);
        string load = Device.Load;
        double peak = PeakRates.Flops(width);
        double bandwidth = PeakRates.Bandwidth();
        text.Line($"# Steps of a pass, {model.Metadata.Architecture}, fp32");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {load}");
        text.Line($"- `{options.Command}`");
        text.Line($"- {(int)width} bits; one core at most {peak / 1e9:f0} GFLOP/s and {bandwidth / 1e9:f0} GB/s from memory, measured before; {options.Rounds} passes each, in alternation; fastest times");
        text.Line($"- bound: the operations of the products at that rate on every thread, or input, weights and output from memory once, whichever takes longer");
        foreach (int size in options.Sizes)
        {
            foreach (int batch in options.Batches)
            {
                foreach (int threads in options.Threads)
                {
                    Tensor input = PeerComparison.RandomBatch(new TensorShape(batch, model.Graph.InputChannels, size, size));
                    text.Line($"");
                    text.Line($"## {input.Shape}, threads: {threads}");
                    text.Line($"");
                    Compare(model, input, options.Cpu(threads) with { SimdWidth = width }, options.Rounds, peak * threads, bandwidth, text);
                }
            }
        }

        text.Save();
    }

    private static void Compare(Model model, Tensor input, CpuOptions options, int rounds, double peak, double bandwidth, ReportText text)
    {
        using TimedSteps chosen = new(model, input, options);
        using TimedSteps direct = new(model, input, options with { Convolutions = CpuConvolutions.Direct });
        for (int round = 0; round < rounds; round++)
        {
            chosen.Run();
            direct.Run();
        }

        text.Line($"| step | algorithm | MFLOP | ms | GFLOP/s | bound, ms | share of it | direct, ms | direct / chosen |");
        text.Line($"|---|---|---|---|---|---|---|---|---|");
        IReadOnlyList<StepWork> works = StepWork.Of(chosen.Plan, StoragePrecision.Float32);
        for (int step = 0; step < works.Count; step++)
        {
            double operations = chosen.Choices[step].Operations ?? works[step].Flops;
            double bound = 1e3 * Math.Max(operations / peak, works[step].Bytes / bandwidth);
            double ours = chosen.Step(step).Min();
            double theirs = direct.Step(step).Min();
            if (chosen.Choices[step].Algorithm.EndsWith(StepAlgorithms.WithStepBefore, StringComparison.Ordinal))
            {
                text.Line($"| {works[step].Step.Head.Node.Name} | {chosen.Choices[step].Algorithm} | | | | | | {theirs:f3} | |");
                continue;
            }

            text.Line($"| {works[step].Step.Head.Node.Name} | {chosen.Choices[step].Algorithm} | {operations / 1e6:f0} | {ours:f3} | {operations / ours / 1e6:f0} | {bound:f3} | {bound / ours:p0} | {theirs:f3} | {theirs / ours:f2} |");
        }

        text.Line($"| whole pass | | | {chosen.Passes.Min():f2} | | | | {direct.Passes.Min():f2} | {direct.Passes.Min() / chosen.Passes.Min():f2} |");
        text.Line($"| its median | | | {Quantiles.Of(chosen.Passes, 0.5):f2} | | | | {Quantiles.Of(direct.Passes, 0.5):f2} | {Quantiles.Of(direct.Passes, 0.5) / Quantiles.Of(chosen.Passes, 0.5):f2} |");
    }
}
