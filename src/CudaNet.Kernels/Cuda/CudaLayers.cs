using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Which operators the GPU computes, and the step that begins with each: the one list.</summary>
internal static class CudaLayers
{
    /// <exception cref="UnknownOperatorException">There is no step for it.</exception>
    public static Func<CudaPlanLoader, PlanStep, CudaStep> StepOf(LayerNode node) => node.Op switch
    {
        Conv2d op => (loader, step) => FusedConvolutionStep.OrSplit(loader, step, op),
        MaxPool2d or AvgPool2d or GlobalAveragePool => static (loader, step) => new PoolingStep(loader, step),
        Linear op => (loader, step) => new LinearStep(loader, step, op),
        Softmax => static (loader, step) => new SoftmaxStep(loader, step),
        Flatten => static (loader, step) => new FlattenStep(loader, step),
        Offset => static (loader, step) => new OffsetStep(loader, step),
        BatchNorm2d or Add or ReLU => static (loader, step) => new ElementwiseStep(loader, step),
        _ => throw Unknown(node),
    };

    public static UnknownOperatorException Unknown(LayerNode node) => new("the cuda backend", node);
}
