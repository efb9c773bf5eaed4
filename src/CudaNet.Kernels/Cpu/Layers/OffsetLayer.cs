using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class OffsetLayer(LayerNode node, Offset op) : CpuLayer(node)
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, StepAlgorithms.Rows, arena => new PackedOffset(op, parameters, arena));

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) => new OffsetPhase<T>(
        loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Forms.Get<PackedOffset>(Node, StepAlgorithms.Rows), loader.Pointer(step.Output));
}
