using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class LinearLayer(LayerNode node, Linear op) : CpuLayer(node)
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Panels, 0);

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, StepAlgorithms.Panels, arena => new PackedLinear(op, parameters, lanes, arena));

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) => new LinearPhase<T>(
        loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Forms.Get<PackedLinear>(Node, StepAlgorithms.Panels), loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}
