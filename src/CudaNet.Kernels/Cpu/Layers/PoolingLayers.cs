using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class WindowPoolLayer<TPooling>(LayerNode node, WindowPool op, TPooling pooling) : CpuLayer(node)
    where TPooling : struct, IPooling
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) => new WindowPoolPhase<T, TPooling>(
        loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), op, pooling, loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}

internal sealed unsafe class GlobalAverageLayer(LayerNode node) : CpuLayer(node)
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new GlobalAveragePhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Pointer(step.Output));
}
