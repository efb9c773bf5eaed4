using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Batch norm, sum and ReLU where no convolution stands before them.</summary>
internal sealed class ElementwiseStep(CudaPlanLoader loader, PlanStep step) : CudaStep
{
    private readonly StepEpilogue _epilogue = new(loader, step, loader.Buffer(step.Input));

    public override StepChoice Choice { get; } = StepChoices.Kernel(step, "epilogue", loader.Layout);

    public override int Operations => _epilogue.Launches;

    public override void Enqueue(CudaPlace place) => _epilogue.Enqueue(place.Stream);
}
