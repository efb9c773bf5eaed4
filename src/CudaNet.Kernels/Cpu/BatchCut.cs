using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The first steps of a plan, whose values are large, and how many images go through them before the next: few enough that what one step stores is in a cache when the next
/// reads it. An image's bits do not depend on its batch, so this changes no bit (where the batch may choose between algorithms, it does so below <see cref="LeastPixels"/>); nor does it change when an observer is called, because no observed layer is among them.
/// </summary>
/// <param name="Steps">How many steps, from the first.</param>
/// <param name="Images">The most that are in a part.</param>
/// <param name="Value">The only one that later steps read.</param>
internal sealed record BatchCut(int Steps, int Images, LayerNode Value)
{
    /// <summary>The largest value of a part has about that many bytes for each thread.</summary>
    private const long PartBytes = 4 << 20;

    /// <summary>A part has at least that many pixels for each thread, as what a step does once for all of them (reading its weights) would take longer than its values do.</summary>
    internal const long LeastPixels = 512;

    /// <summary>Null where the whole batch goes through every step.</summary>
    /// <param name="plan">Of the whole batch.</param>
    /// <param name="threads">That share a part.</param>
    /// <param name="images">In place of the choice, so many images through as many steps as can be; null for the choice.</param>
    public static BatchCut? Of(ExecutionPlan plan, int threads, int? images)
    {
        if (plan.IsInputObserved)
        {
            return null; // Its observer is called before anything is computed.
        }

        Dictionary<LayerNode, int> lastReads = plan.LastReads();
        HashSet<LayerNode> live = [plan.Graph.Input];
        BatchCut? cut = null;
        long largest = 1, fewestPixels = long.MaxValue;
        int batch = plan.InputShape.Batch;
        for (int index = 0; index + 1 < plan.Steps.Count; index++)
        {
            PlanStep step = plan.Steps[index];
            largest = Math.Max(largest, step.Output.Bytes / Math.Max(1, batch));
            fewestPixels = Math.Min(fewestPixels, (long)step.Output.Shape.Height * step.Output.Shape.Width);
            long part = images ?? threads * Math.Max(1, PartBytes / largest);
            bool isCut = part < batch;
            if (step.Stages.Any(s => s.IsObserved) || (isCut && images is null && Smallest(batch, part) * fewestPixels < threads * LeastPixels))
            {
                break;
            }

            live.UnionWith(step.Stages.Where(s => s.Stored is not null && lastReads.GetValueOrDefault(s.Node) > index).Select(s => s.Node));
            foreach (PlanValue read in step.Reads)
            {
                if (lastReads[read.Node] <= index)
                {
                    live.Remove(read.Node);
                }
            }

            if (isCut && index > 0 && live.Count == 1 && !live.Contains(plan.Graph.Input))
            {
                cut = new BatchCut(index + 1, (int)part, live.Single());
            }
        }

        return cut is not null && (images is not null || cut.Bytes(plan) < plan.TotalBytes) ? cut : null;
    }

    /// <summary>How many parts of how many images, as equal as can be: larger ones first, and none smaller by more than one.</summary>
    public IEnumerable<(int Parts, int Images)> Sizes(int batch)
    {
        int parts = (int)Parts(batch, Images);
        (int images, int larger) = Math.DivRem(batch, parts);
        return larger == 0 ? [(parts, images)] : [(larger, images + 1), (parts - larger, images)];
    }

    private static long Parts(int batch, long images) => (batch + images - 1) / images;

    private static long Smallest(int batch, long images) => batch / Parts(batch, images);

    /// <summary>What the slots take where the batch is cut.</summary>
    private long Bytes(ExecutionPlan plan) =>
        (ExecutionPlan.SlotBytesOf(plan.Steps.Take(Steps)).Sum(s => s.Bytes) / plan.InputShape.Batch * Images) + ExecutionPlan.SlotBytesOf(plan.Steps.Skip(Steps)).Sum(s => s.Bytes);
}
