using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class MaxPoolLayer(LayerNode node, MaxPool2d op) : CpuLayer(node)
{
    public override string Algorithm => StepAlgorithms.Rows;

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new MaxPoolPhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), op, loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}

internal sealed unsafe class AveragePoolLayer(LayerNode node, AvgPool2d op) : CpuLayer(node)
{
    public override string Algorithm => StepAlgorithms.Rows;

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new AveragePoolPhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), op, loader.Pointer(step.Output), BlockedImage.Of(step.Output.Shape));
}

internal sealed unsafe class GlobalAverageLayer(LayerNode node) : CpuLayer(node)
{
    public override string Algorithm => StepAlgorithms.Rows;

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new GlobalAveragePhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Input.Shape), loader.Pointer(step.Output));
}
