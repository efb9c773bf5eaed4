using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The first steps of a plan, whose values are large, and how many images go through them before the next: few enough that what one step stores is in a cache when the next
/// reads it. An image's bits do not depend on its batch, so this changes no bit; nor does it change when an observer is called, because no observed layer is among them.
/// </summary>
/// <param name="Steps">How many steps, from the first.</param>
/// <param name="Images">The most that are in a part.</param>
/// <param name="Value">The only one that later steps read.</param>
internal sealed record BatchCut(int Steps, int Images, LayerNode Value)
{
    /// <summary>The largest value of a part has about that many bytes for each thread.</summary>
    private const long PartBytes = 4 << 20;

    /// <summary>A part has at least that many pixels for each thread, as what a step does once for all of them (reading its weights) would take longer than its values do.</summary>
    private const long LeastPixels = 512;

    /// <summary>Null where the whole batch goes through every step.</summary>
    /// <param name="plan">Of the whole batch.</param>
    /// <param name="threads">That share a part.</param>
    /// <param name="images">In place of the choice, so many images through as many steps as can be; null for the choice.</param>
    public static BatchCut? Of(ExecutionPlan plan, int threads, int? images)
    {
        Dictionary<LayerNode, int> lastReads = LastReads(plan);
        HashSet<LayerNode> live = [];
        BatchCut? cut = null;
        long largest = 1;
        for (int index = 0; index + 1 < plan.Steps.Count; index++)
        {
            PlanStep step = plan.Steps[index];
            largest = Math.Max(largest, step.Output.Bytes / Math.Max(1, step.Output.Shape.Batch));
            long part = images ?? threads * Math.Max(1, PartBytes / largest);
            long pixels = part * step.Output.Shape.Height * step.Output.Shape.Width;
            if (part >= plan.InputShape.Batch || step.Stages.Any(s => s.IsObserved) || (images is null && pixels < threads * LeastPixels))
            {
                break;
            }

            live.UnionWith(step.Stages.Where(s => s.Stored is not null).Select(s => s.Node));
            live.RemoveWhere(n => lastReads.GetValueOrDefault(n) <= index);
            if (index > 0 && live.Count == 1 && lastReads.GetValueOrDefault(plan.Graph.Input) <= index)
            {
                cut = new BatchCut(index + 1, (int)part, live.Single());
            }
        }

        return cut;
    }

    /// <summary>How many images each part has: as equal as can be.</summary>
    public IEnumerable<int> Parts(int batch)
    {
        int parts = (int)(((long)batch + Images - 1) / Images);
        return Enumerable.Range(0, parts).Select(p => (batch / parts) + (p < batch % parts ? 1 : 0));
    }

    /// <summary>The last step that reads each value; the output is read after all.</summary>
    private static Dictionary<LayerNode, int> LastReads(ExecutionPlan plan)
    {
        Dictionary<LayerNode, int> last = [];
        foreach (PlanStep step in plan.Steps)
        {
            last[step.Input.Node] = step.Index;
            if (step.Residual is { } residual)
            {
                last[residual.Node] = step.Index;
            }
        }

        last[plan.Graph.Output] = plan.Steps.Count;
        return last;
    }
}
