using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Softmax of rows by one kernel. Where no later layer reads it, it is stored in fp32; rows that are not are widened first. A fully connected layer whose sums
/// nothing else reads hands them over in fp32.
/// </summary>
internal sealed class SoftmaxStep : CudaStep
{
    private readonly SoftmaxKernels _kernels;
    private readonly LayoutKernels? _layout;
    private readonly StoredBuffer _source, _destination;
    private readonly DeviceBuffer? _widened;
    private readonly TensorShape _rows;

    public SoftmaxStep(CudaPlanLoader loader, PlanStep step)
    {
        TensorShape shape = step.Input.Shape;
        (_kernels, _rows) = (loader.Kernels.Softmax, new TensorShape(shape.Batch, shape.Channels, 1, 1));
        _source = loader.Source(step.Input);
        _destination = loader.Wide(step.Head) ?? loader.Buffer(step.Output);
        if (_source.Precision != _destination.Precision)
        {
            _layout = loader.Kernels.Layout;
            _widened = loader.Scratch.Reserve(_destination.Precision.Bytes() * shape.ElementCount);
        }

        Choice = StepChoices.Kernel(step, "softmax", loader.Layout) with { WorkspaceBytes = _widened?.Bytes ?? 0 };
    }

    public override StepChoice Choice { get; }

    public override int Operations => _widened is null ? 1 : 2;

    public override void Enqueue(CudaPlace place)
    {
        DeviceSlice source = (_widened ?? _source.Buffer).Slice;
        if (_widened is not null)
        {
            _layout!.Repitch(place.Stream, _source.Buffer.Slice, _rows, _source.Precision, _rows.Channels, _destination.Precision, source);
        }

        _kernels.Run(place.Stream, source, _rows.Batch, _rows.Channels, _destination.Precision, _destination.Buffer.Slice);
    }
}
