using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// (N, H, W, C) to rows in the order of channels, rows and columns. One copy where that is the same order, one change of layout in fp32; 16-bit values
/// become fp32 by the change of layout and then 16 bits again, both exactly.
/// </summary>
internal sealed class FlattenStep : CudaStep
{
    private readonly LayoutKernels? _layout;
    private readonly TensorShape _shape, _rows;
    private readonly StoragePrecision _precision;
    private readonly DeviceBuffer _source, _destination;
    private readonly DeviceBuffer? _widened;
    private readonly long _bytes;

    public FlattenStep(CudaPlanLoader loader, PlanStep step)
    {
        _shape = step.Input.Shape;
        _rows = new TensorShape(_shape.Batch, step.Output.Shape.Channels, 1, 1);
        (_source, _precision) = loader.Buffer(step.Input);
        _destination = loader.Buffer(step.Output).Buffer;
        _bytes = _precision.Bytes() * _shape.ElementCount;
        Choice = StepChoices.Kernel(step, "layout", loader.Layout) with { Arithmetic = null };
        if (_shape.Channels == 1 || _shape.Height * _shape.Width == 1)
        {
            Choice = Choice with { Algorithm = "copy" };
            return;
        }

        _layout = loader.Kernels.Layout;
        _widened = _precision == StoragePrecision.Float32 ? null : loader.Scratch.Reserve(sizeof(float) * _shape.ElementCount);
        Choice = Choice with { WorkspaceBytes = _widened?.Bytes ?? 0 };
    }

    public override StepChoice Choice { get; }

    public override int Operations => _widened is null ? 1 : 2;

    public override void Enqueue(CudaPlace place)
    {
        if (_layout is null)
        {
            place.Stream.Copy(_source.First(_bytes), _destination.First(_bytes));
            return;
        }

        _layout.ToNchw(place.Stream, _source.Slice, _shape, _shape.Channels, _precision, (_widened ?? _destination).Slice);
        if (_widened is not null)
        {
            _layout.Repitch(place.Stream, _widened.Slice, _rows, StoragePrecision.Float32, _rows.Channels, _precision, _destination.Slice);
        }
    }
}
