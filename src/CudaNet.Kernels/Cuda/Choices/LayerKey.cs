using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A layer and its image size in words, whatever the batch: layers of one key are computed alike.</summary>
internal static class LayerKey
{
    /// <param name="op">The layer.</param>
    /// <param name="input">Of the images' size.</param>
    /// <param name="fusion">What a fused call does behind the sums; null for the plain call.</param>
    public static string Of(Conv2d op, TensorShape input, FusedEpilogue? fusion = null) => $"{(op with { Bias = false }).Describe()} of {input.Height}×{input.Width}{fusion?.Text}";

    public static string Of(Linear op, StoragePrecision result) => $"{(op with { Bias = true }).Describe()} in {result}";
}
