using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class FlattenLayer(LayerNode node) : CpuLayer(node)
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) => new FlattenPhase<T>(
        loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}
