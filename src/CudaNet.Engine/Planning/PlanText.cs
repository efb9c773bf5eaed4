using System.Globalization;
using System.Text;

namespace CudaNet.Engine;

/// <summary>A plan as text: a line a step, a line a stored or observed stage under it, the buffers at the end. Stable; tests hold it to approved files.</summary>
internal static class PlanText
{
    public static string Write(ExecutionPlan plan)
    {
        StringBuilder text = new();
        string observed = plan.Observed.Count == 0 ? "nothing observed" : $"observed: {string.Join(", ", plan.Observed)}";
        Line(text, $"input {plan.InputShape}, storage {plan.Layout}, {observed}");
        int width = plan.Steps.Max(s => s.Describe().Length);
        foreach (PlanStep step in plan.Steps)
        {
            string residual = step.Residual is { } other ? $" + {Place(other)}" : "";
            Line(text, $"{step.Index,3}  {step.Describe().PadRight(width)}  {step.Head.Node}: {Place(step.Input)}{residual} → {Place(step.Output)} {step.Output.Shape}");
            foreach (PlanStage stage in step.Stages.Where(s => s.IsObserved || (s.Stored is not null && s.Stored != step.Output)))
            {
                string place = stage.Stored is { } stored ? $" in {Place(stored)}" : "";
                Line(text, $"       {(stage.IsObserved ? "publishes" : "stores")} {stage.Node}{place} {stage.Shape}");
            }
        }

        for (int slot = 0; slot < plan.SlotBytes.Count; slot++)
        {
            Line(text, $"slot {slot}: {plan.SlotBytes[slot]:n0} bytes");
        }

        Line(text, $"{plan.Steps.Count} steps, {plan.SlotBytes.Count} slots, {plan.TotalBytes:n0} bytes");
        return text.ToString();
    }

    private static string Place(PlanValue value) => value.Slot is { } slot ? $"slot {slot}" : "input";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
