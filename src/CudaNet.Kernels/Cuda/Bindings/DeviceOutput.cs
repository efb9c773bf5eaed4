using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Where a run leaves its output in a device's memory, fp32.</summary>
/// <param name="Address">Where it begins; a multiple of 16.</param>
/// <param name="Shape">The output's shape, N×classes for a classifier.</param>
public sealed record DeviceOutput(DeviceAddress Address, TensorShape Shape)
{
    /// <summary>Its size.</summary>
    public long Bytes => sizeof(float) * Shape.ElementCount;
}
