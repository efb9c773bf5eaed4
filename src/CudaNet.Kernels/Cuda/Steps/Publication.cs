using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>A stage on its way out: fp32, N×C×H×W.</summary>
/// <param name="kernels">Change the order.</param>
/// <param name="stage">What is published.</param>
/// <param name="source">Where the step leaves it.</param>
/// <param name="copy">Where it is put in order, which other stages use in turn; null where it is so already.</param>
internal sealed class Publication(LayoutKernels kernels, PlanStage stage, StoredBuffer source, DeviceBuffer? copy)
{
    private readonly TensorShape _shape = stage.Shape.Rank == 4 ? stage.Shape : new TensorShape(stage.Shape.Batch, stage.Shape.Channels, 1, 1);

    public LayerNode Node => stage.Node;

    public TensorShape Shape => stage.Shape;

    public int Elements { get; } = checked((int)stage.Shape.ElementCount);

    public int Bytes { get; } = checked((int)(sizeof(float) * stage.Shape.ElementCount));

    /// <summary>What goes to the host.</summary>
    public DeviceSlice Ordered => (copy ?? source.Buffer).First(Bytes);

    /// <summary>How many operations <see cref="Enqueue"/> queues.</summary>
    public int Operations => copy is null ? 0 : 1;

    /// <summary>Queues what puts it in order.</summary>
    public void Enqueue(CudaStream stream)
    {
        if (copy is not null)
        {
            Order(stream, Ordered);
        }
    }

    /// <summary>Queues what brings it to other memory of the device, by one operation.</summary>
    public void EnqueueTo(CudaStream stream, DeviceSlice destination)
    {
        if (copy is null)
        {
            stream.Copy(Ordered, destination);
        }
        else
        {
            Order(stream, destination);
        }
    }

    private void Order(CudaStream stream, DeviceSlice destination) =>
        kernels.ToNchw(stream, source.Buffer.Slice, _shape, _shape.Channels, source.Precision, destination);
}
