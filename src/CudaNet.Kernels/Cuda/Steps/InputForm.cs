using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>The run's input as steps read it: N×C×H×W fp32 to (N, H, W, pitch), zeros behind the channels. One for each pitch that a step wants.</summary>
internal sealed class InputForm(LayoutKernels kernels, DeviceBuffer source, TensorShape shape, int pitch, StoragePrecision precision, DeviceBuffer destination)
{
    public DeviceBuffer Destination => destination;

    public void Enqueue(CudaStream stream) => kernels.ToNhwc(stream, source.Slice, shape, pitch, precision, destination.Slice);
}
