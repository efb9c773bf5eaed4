namespace CudaNet.Kernels.Cuda;

/// <summary>How much a layer that is tried reads and writes.</summary>
/// <param name="InputBytes">Of an image.</param>
/// <param name="OutputBytes">Of an image.</param>
/// <param name="Filters">How many sums it makes of the same values.</param>
/// <param name="Terms">Of each sum.</param>
/// <param name="WorkspaceBytes">For the largest call.</param>
internal readonly record struct ProbeSizes(long InputBytes, long OutputBytes, int Filters, int Terms, long WorkspaceBytes);

/// <summary>What a layer is tried on: one image or all of them, filters, workspace, and where results go.</summary>
internal readonly record struct ProbeBuffers(DeviceSlice X, DeviceAddress W, DeviceAddress Workspace, DeviceSlice Y);
