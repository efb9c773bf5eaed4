using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class LinearLayer(LayerNode node, Linear op) : CpuLayer(node)
{
    public override string Algorithm => StepAlgorithms.Panels;

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, Algorithm, arena => new PackedLinear(op, parameters, lanes, arena));

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) => new LinearPhase<T>(
        loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Forms.Get<PackedLinear>(Node, Algorithm), loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}
