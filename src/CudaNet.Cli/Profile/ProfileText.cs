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

        head.Add("precision", profile.Settings.IsFused == true ? $"{machine.Precision}, fused" : machine.Precision);
        head.Add("input", $"{profile.Input}");
        head.Add("observed", $"{profile.Observed}: {Format.Plural(profile.ObservedLayers, "layer")}");
        if (profile.Settings.BatchBits is { } bits)
        {
            head.Add("batch bits", bits);
        }

        head.Add("binding", profile.Settings.Binding);
        head.Add("scenario", $"{profile.Settings.Scenario}, {Format.Plural(profile.Settings.Lanes, "lane")}");
        if (profile.Settings.PassText is { } passes)
        {
            head.Add("passes", passes);
        }

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
        context.Line(profile.EqualBits ? $"equal bits over {Format.Plural(profile.Repeats, "pass", "es")}{EachLane(profile)}" : $"BITS DIFFER within {Format.Plural(profile.Repeats, "pass", "es")}{EachLane(profile)} of one input");
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

    private static string EachLane(PassProfile profile) => profile.Settings.Lanes == 1 ? "" : $" on each of {profile.Settings.Lanes} lanes";

    private static void Write(CliContext context, PassProfile profile, MeasuredTimes times)
    {
        int batch = profile.Input.Batch;
        context.Line($"{Format.Plural(times.Passes, "pass", "es")} measured, {(times.Host is null ? "several in flight" : "one after the other")}, after {Number(times.WarmUpMs)} ms of warm-up");
        context.Out.WriteLine();
        context.Line($"Throughput: {Number(times.Throughput)} queries/s, {Number(times.Throughput * batch)} images/s");
        context.Line($"Total Host Walltime: {Number(times.WallMs / 1000)} s");
        if (times.TotalComputeMs is { } compute)
        {
            context.Line($"Total GPU Compute Time: {Number(compute / 1000)} s");
        }

        context.Out.WriteLine();
        if (times.Host is { } host)
        {
            WriteParts(context, times);
            context.Line($"SingleStream: p90 {Number(host.P90)} ms, p50 {Number(host.Median)} ms, p95 {Number(host.P95)} ms, p99 {Number(host.P99)} ms, min {Number(host.Min)} ms, max {Number(host.Max)} ms, mean {Number(host.Mean)} ms, batch {batch}");
        }
        else
        {
            context.Line($"Offline: {Number(times.Throughput * batch)} images/s, batch {batch}, {Format.Plural(profile.Settings.Lanes, "lane")}");
        }

        foreach (string warning in times.Warnings)
        {
            context.Line($"warning: {warning}");
        }
    }

    private static void WriteParts(CliContext context, MeasuredTimes times)
    {
        TextTable table = new("ms", ">min", ">max", ">mean", ">median", ">p90", ">p95", ">p99");
        Add(table, "Latency", times.Latency);
        Add(table, "Enqueue Time", times.Enqueue);
        Add(table, "H2D Latency", times.ToDevice);
        Add(table, "GPU Compute Time", times.Compute);
        Add(table, "D2H Latency", times.ToHost);
        Add(table, "Host Latency", times.Host);
        table.Write(context.Out);
        context.Out.WriteLine();
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
