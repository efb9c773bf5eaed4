using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What <c>cudanet roofline --json</c> writes.</summary>
internal static class RooflineJson
{
    public static void Write(Utf8JsonWriter json, ExecutionPlan plan, IReadOnlyList<RooflineCell> cells)
    {
        json.WriteShape("input", plan.InputShape);
        json.WriteStrings("observed", plan.Observed.Select(o => o.Name));
        json.WriteObjects("gpus", cells.Select(c => c.Gpu).Distinct(), gpu =>
        {
            json.WriteString("gpu", gpu.Name);
            json.WriteString("product", gpu.Product);
            json.WriteString("computeCapability", gpu.ComputeCapability.ToString());
            json.WriteNumber("bytesPerSecond", gpu.BytesPerSecond);
            json.WriteNumber("cacheBytes", gpu.CacheBytes);
            json.WriteStrings("sources", gpu.Sources.Select(s => s.ToString()));
        });
        json.WriteObjects("floors", cells, cell => Write(json, cell));
    }

    private static void Write(Utf8JsonWriter json, RooflineCell cell)
    {
        PassFloor? floor = cell.Floor;
        json.WriteString("gpu", cell.Gpu.Name);
        json.WriteString("precision", cell.Precision.ShortName());
        json.WriteString("whyNot", cell.Gpu.WhyNot(cell.Precision));
        json.WriteOptional("flopsPerSecond", cell.Gpu.Peak(cell.Precision));
        json.WriteOptional("flops", floor?.Flops);
        json.WriteOptional("bytes", floor?.Bytes);
        json.WriteOptional("weightBytes", floor?.WeightBytes);
        json.WriteOptional("seconds", floor?.Seconds);
        json.WriteOptional("imagesPerSecond", floor?.ImagesPerSecond);
        json.WriteOptional("memoryBoundSteps", floor is null ? null : (long)floor.MemoryBoundSteps);
        json.WriteOptional("memoryBoundSeconds", floor?.MemoryBoundSeconds);
        json.WriteObjects("steps", floor?.Steps ?? [], step =>
        {
            StepWork work = step.Work;
            json.WriteString("kind", work.Step.Describe());
            json.WriteStrings("layers", work.Step.Stages.Select(s => s.Node.Name));
            json.WriteNumber("flops", work.Flops);
            json.WriteNumber("bytes", work.Bytes);
            json.WriteNumber("inputBytes", work.InputBytes);
            json.WriteNumber("residualBytes", work.ResidualBytes);
            json.WriteNumber("weightBytes", work.WeightBytes);
            json.WriteNumber("outputBytes", work.OutputBytes);
            json.WriteNumber("publishedBytes", work.PublishedBytes);
            json.WriteNumber("seconds", step.Seconds);
            json.WriteString("bound", RooflineCell.Name(step.Bound));
        });
    }
}
