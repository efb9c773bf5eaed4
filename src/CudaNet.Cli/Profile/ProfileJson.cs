using System.Text.Json;

namespace CudaNet.Cli;

/// <summary>What <c>cudanet profile --json</c> writes. Whatever is a time is null where the device has none.</summary>
internal static class ProfileJson
{
    public static void Write(Utf8JsonWriter json, PassProfile profile)
    {
        ProfiledMachine machine = profile.Machine;
        json.WriteString("backend", machine.Backend);
        json.WriteString("device", machine.Device);
        json.WriteString("uuid", machine.Uuid);
        json.WriteString("driver", machine.Driver);
        json.WriteString("cudnn", machine.Cudnn);
        json.WriteBoolean("emulated", machine.IsEmulated);
        json.WriteString("precision", machine.Precision);
        PassSettings settings = profile.Settings;
        json.WriteString("scenario", settings.Scenario);
        json.WriteNumber("lanes", settings.Lanes);
        json.WriteString("binding", settings.Binding);
        json.WriteString("graph", settings.Graph);
        json.WriteOptional("fused", settings.IsFused);
        json.WriteString("batchBits", settings.BatchBits);
        json.WriteString("passText", settings.PassText);
        json.WriteShape("input", profile.Input);
        json.WriteString("observed", profile.Observed);
        json.WriteNumber("observedLayers", profile.ObservedLayers);
        json.WriteNumber("weightBytes", profile.WeightBytes);
        json.WriteOptional("cacheBytes", machine.CacheBytes);
        json.WriteOptional("weightsInCache", profile.WeightsInCache);
        json.WriteOptional("ecc", machine.HasEcc);
        json.WriteNumber("repeats", profile.Repeats);
        json.WriteBoolean("equalBits", profile.EqualBits);
        json.WriteString("whyNoTimes", profile.WhyNoTimes);
        MeasuredTimes? times = profile.Times;
        json.WriteOptional("passes", (long?)times?.Passes);
        json.WriteOptional("warmUpMs", times?.WarmUpMs);
        json.WriteOptional("queriesPerSecond", times?.Throughput);
        json.WriteOptional("imagesPerSecond", times?.Throughput * profile.Input.Batch);
        json.WriteOptional("hostWalltimeMs", times?.WallMs);
        json.WriteOptional("totalComputeMs", times?.TotalComputeMs);
        Write(json, "latencyMs", times?.Latency);
        Write(json, "enqueueMs", times?.Enqueue);
        Write(json, "toDeviceMs", times?.ToDevice);
        Write(json, "computeMs", times?.Compute);
        Write(json, "toHostMs", times?.ToHost);
        Write(json, "hostLatencyMs", times?.Host);
        json.WriteStrings("warnings", times?.Warnings ?? []);
    }

    private static void Write(Utf8JsonWriter json, string name, Statistics? times)
    {
        if (times is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("min", times.Min);
        json.WriteNumber("max", times.Max);
        json.WriteNumber("mean", times.Mean);
        json.WriteNumber("median", times.Median);
        json.WriteNumber("p90", times.P90);
        json.WriteNumber("p95", times.P95);
        json.WriteNumber("p99", times.P99);
        json.WriteNumber("variation", times.Variation);
        json.WriteEndObject();
    }
}
