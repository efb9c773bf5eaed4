using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Values in device memory: (N, H, W, C), or (N, C).</summary>
/// <param name="Buffer">Where.</param>
/// <param name="Precision">What an element is stored as.</param>
internal readonly record struct StoredBuffer(DeviceBuffer Buffer, StoragePrecision Precision);
