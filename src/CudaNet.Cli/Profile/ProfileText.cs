using System.Globalization;

namespace CudaNet.Cli;

/// <summary>What <c>cudanet profile</c> prints, in trtexec's words.</summary>
internal static class ProfileText
{
    public static void Write(CliContext context, PassProfile profile)
    {
        ProfiledMachine machine = profile.Machine;
        TextTable head = new("what", "here");
        head.Add("backend", machine.Device is null ? machine.Backend : $"{machine.Backend}, {machine.Device}");
        if (machine.Driver is not null)
        {
            head.Add("libraries", $"driver for CUDA {machine.Driver}{(machine.Cudnn is null ? "" : $", cuDNN {machine.Cudnn}")}");
        }

        head.Add("precision", machine.Precision);
        head.Add("input", $"{profile.Input}");
        head.Add("observed", $"{profile.Observed}: {Format.Plural(profile.ObservedLayers, "layer")}");
        head.Add("weights", Format.Bytes(profile.WeightBytes));
        if (profile.WeightsInCache is { } fit)
        {
            head.Add("weights L2-resident", $"{YesOrNo(fit)}, L2 has {Format.Bytes(machine.CacheBytes!.Value)}");
        }

        if (machine.HasEcc is { } corrects)
        {
            head.Add("ECC", YesOrNo(corrects));
        }

        head.Write(context.Out);
        context.Out.WriteLine();
        context.Line(profile.EqualBits ? $"equal bits over {Format.Plural(profile.Repeats, "pass", "es")}" : $"BITS DIFFER within {Format.Plural(profile.Repeats, "pass", "es")} of one input");
        if (profile.Times is { } times)
        {
            Write(context, profile, times);
        }
        else
        {
            context.Line($"no time is printed: {profile.WhyNoTimes}");
        }
    }

    public static string YesOrNo(bool value) => value ? "yes" : "no";

    private static void Write(CliContext context, PassProfile profile, MeasuredTimes times)
    {
        int batch = profile.Input.Batch;
        context.Line($"{Format.Plural(times.Passes, "pass", "es")} measured, eager, one after the other, after {Number(times.WarmUpMs)} ms of warm-up");
        context.Out.WriteLine();
        context.Line($"Throughput: {Number(times.Throughput)} queries/s, {Number(times.Throughput * batch)} images/s");
        context.Line($"Total Host Walltime: {Number(times.WallMs / 1000)} s");
        if (times.TotalComputeMs is { } compute)
        {
            context.Line($"Total GPU Compute Time: {Number(compute / 1000)} s");
        }

        context.Out.WriteLine();
        TextTable table = new("ms", ">min", ">max", ">mean", ">median", ">p90", ">p95", ">p99");
        Add(table, "Latency", times.Latency);
        Add(table, "Enqueue Time", times.Enqueue);
        Add(table, "H2D Latency", times.ToDevice);
        Add(table, "GPU Compute Time", times.Compute);
        Add(table, "D2H Latency", times.ToHost);
        Add(table, "Host Latency", times.Host);
        table.Write(context.Out);
        context.Out.WriteLine();
        if (batch == 1)
        {
            context.Line($"SingleStream: p90 {Number(times.Host.P90)} ms, batch 1");
        }

        context.Line($"Offline: {Number(times.Throughput * batch)} images/s, batch {batch}, 1 lane");
        foreach (string warning in times.Warnings)
        {
            context.Line($"warning: {warning}");
        }
    }

    private static void Add(TextTable table, string name, Statistics? times)
    {
        if (times is not null)
        {
            table.Add([name, .. ((double[])[times.Min, times.Max, times.Mean, times.Median, times.P90, times.P95, times.P99]).Select(Number)]);
        }
    }

    /// <summary>Six significant digits: more than any of these clocks has.</summary>
    private static string Number(double value) => value.ToString("g6", CultureInfo.InvariantCulture);
}
