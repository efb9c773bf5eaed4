namespace CudaNet.Kernels.Cuda;

/// <summary>A convolution with its batch norm as one convolution with a bias, for the fused call.</summary>
/// <param name="Filters">(K, R, S, pitch) in the storage precision.</param>
/// <param name="Bias">(K) in the storage precision.</param>
/// <param name="Fits">False where the storage precision does not hold them: there are no values then, and the step runs split.</param>
internal sealed record FoldedConvolution(DeviceBuffer Filters, DeviceBuffer Bias, bool Fits);
