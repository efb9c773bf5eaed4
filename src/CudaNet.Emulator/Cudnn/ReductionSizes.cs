namespace CudaNet.Emulator.Cudnn;

/// <summary>What a reduction wants besides its tensors, in bytes.</summary>
internal static class ReductionSizes
{
    /// <summary>A partial result in float for each element of C, where there is anything to reduce.</summary>
    public static long Workspace(ReduceTensorDescriptor reduction, TensorLayout a, TensorLayout c) =>
        reduction.WithIndices || !a.HasExtentsOf(c) ? ((4L * c.ElementCount) + 255) / 256 * 256 : 0;

    public static long Indices(ReduceTensorDescriptor reduction, TensorLayout c) =>
        reduction.WithIndices && reduction.FindsExtreme ? (long)reduction.IndexBytes * c.ElementCount : 0;
}
