using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class WindowPoolLayer<TPooling>(LayerNode node, WindowPool op, TPooling pooling) : CpuLayer(node)
    where TPooling : struct, IPooling
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new WindowPoolPhase<T, TPooling>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), Pooling(loader, step));

    public override StoringPhase? Fold<T>(PlanLoader<T> loader, PlanStep step, PlanStep before, CpuLayer head) =>
        head is ConvolutionLayer convolution ? convolution.BeginPooled(loader, before, Pooling(loader, step)) : null;

    private RowPooling<TPooling> Pooling<T>(PlanLoader<T> loader, PlanStep step)
        where T : unmanaged, ISimd<T> => new(op, pooling, loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}

internal sealed unsafe class GlobalAverageLayer(LayerNode node) : CpuLayer(node)
{
    public override StepChoice Choose(PlanStep step) => new(StepAlgorithms.Rows, 0);

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new GlobalAveragePhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Pointer(step.Output));
}
