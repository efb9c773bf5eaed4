using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>The run's input as steps read it: (N, H, W, pitch) in the storage precision, zeros behind the channels. One for each pitch that a step wants.</summary>
/// <param name="kernels">Bring it there.</param>
/// <param name="shape">N×C×H×W.</param>
/// <param name="pitch">Channels of a pixel.</param>
/// <param name="precision">As it is stored.</param>
/// <param name="destination">Where.</param>
internal sealed class InputForm(KernelSet kernels, TensorShape shape, int pitch, StoragePrecision precision, DeviceBuffer destination)
{
    public DeviceBuffer Destination => destination;

    /// <summary>From N×C×H×W, fp32.</summary>
    public void EnqueuePlanes(CudaStream stream, DeviceSlice source) => kernels.Layout.ToNhwc(stream, source, shape, pitch, precision, destination.Slice);

    /// <summary>From N×H×W×C in some precision.</summary>
    public void EnqueueChannelsLast(CudaStream stream, DeviceSlice source, StoragePrecision from) =>
        kernels.Layout.Repitch(stream, source, shape, from, pitch, precision, destination.Slice);

    /// <summary>From N×H×W×C bytes.</summary>
    public void EnqueuePixels(CudaStream stream, DeviceSlice source, in Normalization rule) =>
        kernels.Preprocessing.Normalize(stream, source, checked(shape.Batch * shape.Height * shape.Width), rule, pitch, precision, destination.Slice);

    /// <summary>An input of zeros.</summary>
    public void EnqueueZeros(CudaStream stream) => stream.Fill((byte)0, destination.Slice);
}
