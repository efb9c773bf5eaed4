namespace CudaNet.Kernels.Cuda;

/// <summary>y = x · scale + shift, fp32, one of each for every channel.</summary>
internal sealed record ChannelConstants(DeviceBuffer Scale, DeviceBuffer Shift);
