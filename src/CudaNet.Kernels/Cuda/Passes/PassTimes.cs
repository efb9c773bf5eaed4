namespace CudaNet.Kernels.Cuda;

/// <summary>Where the time of one pass went, in milliseconds. The first three are the device's, between events in the stream of the pass.</summary>
/// <param name="ToDevice">The input's copy.</param>
/// <param name="Compute">From there to the end of the last step, the copies of observed layers in between included.</param>
/// <param name="ToHost">The output's copy.</param>
/// <param name="Enqueue">The host's, for queueing all of it.</param>
internal readonly record struct PassTimes(double ToDevice, double Compute, double ToHost, double Enqueue);
