using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>Max pool, average pool or global average pool by one kernel.</summary>
internal sealed class PoolingStep : CudaStep
{
    private readonly PoolingKernels _kernels;
    private readonly StoragePrecision _precision;
    private readonly TensorShape _shape, _output;
    private readonly DeviceBuffer _source, _destination;
    private readonly LayerNode _node;

    /// <exception cref="ShapeException">The kernels cannot count it.</exception>
    public PoolingStep(CudaPlanLoader loader, PlanStep step)
    {
        (_kernels, _precision, _shape, _node) = (loader.Kernels.Pooling, loader.Layout.Precision, step.Input.Shape, step.Head.Node);
        (_source, _destination) = (loader.Buffer(step.Input).Buffer, loader.Buffer(step.Output).Buffer);
        Choice = StepChoices.Kernel(step, "pooling", loader.Layout);
        _output = _node.Op is WindowPool op ? PoolingKernels.Check(_shape, op) : step.Output.Shape;
    }

    public override StepChoice Choice { get; }

    public override int Operations => 1;

    public override void Enqueue(CudaPlace place)
    {
        switch (_node.Op)
        {
            case MaxPool2d op:
                _kernels.Max(place.Stream, _source.Slice, _shape, _output, op, _precision, _destination.Slice);
                break;
            case AvgPool2d op:
                _kernels.Average(place.Stream, _source.Slice, _shape, _output, op, _precision, _destination.Slice);
                break;
            case GlobalAveragePool:
                _kernels.GlobalAverage(place.Stream, _source.Slice, _shape, _precision, _destination.Slice);
                break;
            default:
                throw CudaLayers.Unknown(_node);
        }
    }
}
