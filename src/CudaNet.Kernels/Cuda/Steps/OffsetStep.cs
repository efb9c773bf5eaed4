using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>A constant image added to each: to the bias kernel an image is a row of H·W·C columns.</summary>
internal sealed class OffsetStep : CudaStep
{
    private readonly BiasKernels _kernels;
    private readonly StoragePrecision _precision;
    private readonly DeviceBuffer _source, _destination, _bias;
    private readonly int _images, _values;

    public OffsetStep(CudaPlanLoader loader, PlanStep step)
    {
        TensorShape shape = step.Input.Shape;
        (_kernels, _precision, _images, _values) = (loader.Kernels.Bias, loader.Layout.Precision, shape.Batch, checked(shape.Channels * shape.Height * shape.Width));
        (_source, _destination) = (loader.Buffer(step.Input).Buffer, loader.Buffer(step.Output).Buffer);
        _bias = loader.Weights[step.Head.Node].Bias!;
        Choice = StepChoices.Kernel(step, "bias", loader.Layout);
    }

    public override StepChoice Choice { get; }

    public override int Operations => 1;

    public override void Enqueue(CudaPlace place) =>
        _kernels.Add(place.Stream, _source.Slice, _bias.Slice, _images, _values, _precision, _destination.Slice);
}
